-- T09 故障抢修单人出工与材料未登记
-- 依据：《电力安全工作规程》（配电部分）两人工作的要求（待核）、本单位材料登记制度（待核）。
-- 各规则的状态写成文本：hit 命中，no 为假，lacking 缺数据（缺的列在同一步或 *_lacks 步骤里）。

-- step: finished (table)
-- 已完成的抢修工单：满 :close_hours 小时的时点和判定日 J。:close_hours 取完成日的有效值
SELECT
    o.order_no,
    o.org_code,
    o.source,
    o.fault_type,
    o.device_no,
    o.accept_time,
    o.finish_time,
    o.need_material,
    o.outsource_flag,
    o.leader_emp_no,
    o._file,
    o._row,
    o.finish_time + CAST(h.value * 3600 AS BIGINT) * INTERVAL '1' SECOND AS closed_at,
    CAST(o.finish_time + CAST(h.value * 3600 AS BIGINT) * INTERVAL '1' SECOND AS DATE) AS judged_on
FROM dsc_repair_order AS o
LEFT JOIN p_close_hours AS h
    ON CAST(o.finish_time AS DATE) >= h.from_date
    AND (h.to_date IS NULL OR CAST(o.finish_time AS DATE) < h.to_date)
WHERE o.finish_time IS NOT NULL

-- step: due (table)
-- 满时长的工单，连同 J 日的参数。判定日在 as_of 当日以内，即时点不晚于 as_of 当日 23:59:59
SELECT
    f.order_no,
    f.org_code,
    f.source,
    f.fault_type,
    f.device_no,
    f.accept_time,
    f.finish_time,
    f.need_material,
    f.outsource_flag,
    f.leader_emp_no,
    f._file,
    f._row,
    f.closed_at,
    f.judged_on,
    mc.value AS min_crew,
    rh.value AS register_hours,
    sg.value AS sign_gap_minutes,
    sd.value AS sign_distance_m,
    mh.value AS material_high,
    og.value AS outage_gap_hours,
    CASE WHEN ep.from_date IS NULL THEN FALSE ELSE TRUE END AS knows_emergency_periods
FROM finished AS f
LEFT JOIN p_min_crew AS mc
    ON f.judged_on >= mc.from_date AND (mc.to_date IS NULL OR f.judged_on < mc.to_date)
LEFT JOIN p_register_hours AS rh
    ON f.judged_on >= rh.from_date AND (rh.to_date IS NULL OR f.judged_on < rh.to_date)
LEFT JOIN p_sign_gap_minutes AS sg
    ON f.judged_on >= sg.from_date AND (sg.to_date IS NULL OR f.judged_on < sg.to_date)
LEFT JOIN p_sign_distance_m AS sd
    ON f.judged_on >= sd.from_date AND (sd.to_date IS NULL OR f.judged_on < sd.to_date)
LEFT JOIN p_material_high AS mh
    ON f.judged_on >= mh.from_date AND (mh.to_date IS NULL OR f.judged_on < mh.to_date)
LEFT JOIN p_outage_gap_hours AS og
    ON f.judged_on >= og.from_date AND (og.to_date IS NULL OR f.judged_on < og.to_date)
LEFT JOIN p_emergency_periods__dates AS ep
    ON f.judged_on >= ep.from_date AND (ep.to_date IS NULL OR f.judged_on < ep.to_date)
WHERE f.judged_on <= $as_of

-- step: emergency (table)
-- 排除 X1：受理日在已批量报备的应急响应期内（期的 org_code 为空是全部供电所）
SELECT DISTINCT d.order_no
FROM due AS d
JOIN p_emergency_periods AS e
    ON d.judged_on >= e.from_date
    AND (e.to_date IS NULL OR d.judged_on < e.to_date)
    AND (e.org_code IS NULL OR e.org_code = d.org_code)
    AND CAST(d.accept_time AS DATE) BETWEEN e."start" AND e."end"

-- step: judged (table)
-- 要评判的工单：已满时长、未被 X1 排除、X1 判得出（受理时间为空的不在任何响应期内）
SELECT
    d.order_no,
    d.org_code,
    d.source,
    d.fault_type,
    d.device_no,
    d.accept_time,
    d.finish_time,
    d.need_material,
    d.outsource_flag,
    d.leader_emp_no,
    d._file,
    d._row,
    d.closed_at,
    d.judged_on,
    d.min_crew,
    d.register_hours,
    d.sign_gap_minutes,
    d.sign_distance_m,
    d.material_high,
    d.outage_gap_hours
FROM due AS d
WHERE
    (d.knows_emergency_periods OR d.accept_time IS NULL)
    AND NOT EXISTS (SELECT 1 FROM emergency AS e WHERE e.order_no = d.order_no)

-- step: crew (table)
-- 要评判的工单的出工行（含 sign_time 空）
SELECT
    c.order_no,
    c.emp_no,
    c.sign_time,
    c.sign_lon,
    c.sign_lat,
    c.device_id,
    c._file,
    c._row
FROM dsc_repair_crew AS c
WHERE EXISTS (SELECT 1 FROM judged AS j WHERE j.order_no = c.order_no)

-- step: crew_count (table)
-- 每单的出工行数、人数（不同的非空工号）、工号为空的行数
SELECT
    order_no,
    COUNT(*) AS crew_rows,
    COUNT(DISTINCT emp_no) AS n,
    COUNT(*) FILTER (WHERE emp_no IS NULL) AS nameless_rows
FROM crew
GROUP BY order_no

-- step: crew_rejected (table)
-- 有出工行被隔离的工单
SELECT DISTINCT order_no
FROM dsc_repair_crew__rejected
WHERE order_no IS NOT NULL

-- step: material_rejected (table)
-- 有材料登记行被隔离的工单
SELECT DISTINCT order_no
FROM dsc_repair_material__rejected
WHERE order_no IS NOT NULL

-- step: signed (table)
-- 每人的签到：sign_time 最早的一行（空排最后；同时的取 device_id 最小，空排最后）
SELECT
    order_no,
    emp_no,
    sign_time,
    sign_lon,
    sign_lat,
    device_id
FROM (
    SELECT
        order_no,
        emp_no,
        sign_time,
        sign_lon,
        sign_lat,
        device_id,
        ROW_NUMBER() OVER (
            PARTITION BY order_no, emp_no
            ORDER BY sign_time ASC NULLS LAST, device_id ASC NULLS LAST, _file, _row
        ) AS place
    FROM crew
    WHERE emp_no IS NOT NULL
) AS ranked
WHERE place = 1

-- step: pair_angle (table)
-- 任取两人：签到间隔（秒）和半正矢值；算不出的为空
SELECT
    a.order_no,
    a.device_id AS a_device,
    b.device_id AS b_device,
    a.sign_time AS a_time,
    b.sign_time AS b_time,
    a.sign_lon AS a_lon,
    b.sign_lon AS b_lon,
    a.sign_lat AS a_lat,
    b.sign_lat AS b_lat,
    ABS(
        CAST(EXTRACT(EPOCH FROM a.sign_time) AS DECIMAL(18, 6))
        - CAST(EXTRACT(EPOCH FROM b.sign_time) AS DECIMAL(18, 6))
    ) AS gap_seconds,
    POWER(SIN(RADIANS(CAST(b.sign_lat - a.sign_lat AS DOUBLE)) / 2), 2)
        + COS(RADIANS(CAST(a.sign_lat AS DOUBLE))) * COS(RADIANS(CAST(b.sign_lat AS DOUBLE)))
        * POWER(SIN(RADIANS(CAST(b.sign_lon - a.sign_lon AS DOUBLE)) / 2), 2) AS haversine
FROM signed AS a
JOIN signed AS b ON a.order_no = b.order_no AND a.emp_no < b.emp_no

-- step: pair_distance (table)
-- 两人签到点的距离：地球半径 6371000 米，四舍五入到整米（半正矢值因浮点略大于 1 的按 1）
SELECT
    order_no,
    a_device,
    b_device,
    a_time,
    b_time,
    a_lon,
    b_lon,
    a_lat,
    b_lat,
    gap_seconds,
    CASE
        WHEN haversine >= 1 THEN FLOOR(2 * 6371000 * ASIN(1) + 0.5)
        WHEN haversine < 1 THEN FLOOR(2 * 6371000 * ASIN(SQRT(haversine)) + 0.5)
    END AS distance_m
FROM pair_angle

-- step: pair (table)
-- 每一对：坏（同设备，或间隔、距离超限），不是坏而有空值的不明，其余为好
SELECT
    p.order_no,
    p.a_device,
    p.b_device,
    p.a_time,
    p.b_time,
    p.a_lon,
    p.b_lon,
    p.a_lat,
    p.b_lat,
    p.gap_seconds,
    p.distance_m,
    j.sign_gap_minutes,
    j.sign_distance_m,
    CASE
        WHEN p.a_device = p.b_device THEN 'bad'
        WHEN p.gap_seconds > j.sign_gap_minutes * 60 THEN 'bad'
        WHEN p.distance_m > j.sign_distance_m THEN 'bad'
        WHEN p.a_device IS NULL OR p.b_device IS NULL THEN 'unclear'
        WHEN p.gap_seconds IS NULL OR p.distance_m IS NULL THEN 'unclear'
        WHEN j.sign_gap_minutes IS NULL OR j.sign_distance_m IS NULL THEN 'unclear'
        ELSE 'good'
    END AS state
FROM pair_distance AS p
JOIN judged AS j ON j.order_no = p.order_no

-- step: pair_summary (table)
-- 每单各对的汇总：有没有好的、不明的对，有没有同设备，能算出的最小间隔与距离
SELECT
    order_no,
    COUNT(*) FILTER (WHERE state = 'good') AS good_pairs,
    COUNT(*) FILTER (WHERE state = 'unclear') AS unclear_pairs,
    COUNT(*) FILTER (WHERE a_device = b_device) AS same_device_pairs,
    MIN(gap_seconds) AS min_gap_seconds,
    MIN(distance_m) AS min_distance_m
FROM pair
GROUP BY order_no

-- step: issue (table)
-- 每单的出库：行数，和数量、单价均非空的行的金额（没有这样的行为空）
SELECT
    work_order_no AS order_no,
    COUNT(*) AS issue_rows,
    SUM(qty * unit_price) AS issue_amount
FROM erp_goods_issue
WHERE work_order_no IS NOT NULL
GROUP BY work_order_no

-- step: registration (table)
-- 每单的材料登记：最早的登记时间、登记时间为空的行数、有时间的行数
SELECT
    order_no,
    MIN(register_time) AS register_time,
    COUNT(*) FILTER (WHERE register_time IS NULL) AS timeless_rows,
    COUNT(register_time) AS timed_rows
FROM dsc_repair_material
GROUP BY order_no

-- step: outage_match (table)
-- 同一设备的停电区间与［受理−:outage_gap_hours，完成+:outage_gap_hours］相交的工单
SELECT DISTINCT j.order_no
FROM judged AS j
JOIN pms_outage AS o
    ON o.device_no = j.device_no
    AND o.start_time <= j.finish_time
        + CAST(j.outage_gap_hours * 3600 AS BIGINT) * INTERVAL '1' SECOND
    AND (
        o.end_time IS NULL
        OR o.end_time >= j.accept_time
            - CAST(j.outage_gap_hours * 3600 AS BIGINT) * INTERVAL '1' SECOND
    )
WHERE j.outsource_flag

-- step: last_outage (table)
-- 外委工单同一设备、完成之前最后开始的那次停电，供人对照
SELECT
    order_no,
    _file,
    _row
FROM (
    SELECT
        j.order_no,
        o._file,
        o._row,
        ROW_NUMBER() OVER (
            PARTITION BY j.order_no
            ORDER BY o.start_time DESC, o.outage_no DESC
        ) AS place
    FROM judged AS j
    JOIN pms_outage AS o ON o.device_no = j.device_no AND o.start_time <= j.finish_time
    WHERE j.outsource_flag
) AS ranked
WHERE place = 1

-- step: facts (table)
-- 每单判规则要用的事实放在一行
SELECT
    j.order_no,
    j.org_code,
    j.source,
    j.fault_type,
    j.device_no,
    j.accept_time,
    j.finish_time,
    j.need_material,
    j.outsource_flag,
    j.leader_emp_no,
    j.closed_at,
    j.judged_on,
    j.min_crew,
    j.register_hours,
    j.material_high,
    j.outage_gap_hours,
    COALESCE(c.crew_rows, 0) AS crew_rows,
    COALESCE(c.n, 0) AS n,
    COALESCE(c.nameless_rows, 0) AS nameless_rows,
    CASE WHEN cr.order_no IS NULL THEN FALSE ELSE TRUE END AS has_rejected_crew,
    COALESCE(p.good_pairs, 0) AS good_pairs,
    COALESCE(p.unclear_pairs, 0) AS unclear_pairs,
    COALESCE(p.same_device_pairs, 0) AS same_device_pairs,
    p.min_gap_seconds,
    p.min_distance_m,
    COALESCE(i.issue_rows, 0) AS issue_rows,
    i.issue_amount,
    r.register_time,
    COALESCE(r.timeless_rows, 0) AS timeless_rows,
    COALESCE(r.timed_rows, 0) AS timed_rows,
    CASE WHEN mr.order_no IS NULL THEN FALSE ELSE TRUE END AS has_rejected_material,
    CASE WHEN om.order_no IS NULL THEN FALSE ELSE TRUE END AS has_outage,
    CASE
        WHEN r.register_time IS NULL THEN FALSE
        ELSE r.register_time <= j.finish_time
            + CAST(j.register_hours * 3600 AS BIGINT) * INTERVAL '1' SECOND
    END AS registered_on_time
FROM judged AS j
LEFT JOIN crew_count AS c ON c.order_no = j.order_no
LEFT JOIN crew_rejected AS cr ON cr.order_no = j.order_no
LEFT JOIN pair_summary AS p ON p.order_no = j.order_no
LEFT JOIN issue AS i ON i.order_no = j.order_no
LEFT JOIN registration AS r ON r.order_no = j.order_no
LEFT JOIN material_rejected AS mr ON mr.order_no = j.order_no
LEFT JOIN outage_match AS om ON om.order_no = j.order_no

-- step: r1 (table)
-- R1 单人出工：自营抢修只登记了一个人。依据安全工作规程两人共同参与
SELECT
    order_no,
    CASE
        WHEN outsource_flag THEN 'no'
        WHEN n >= min_crew THEN 'no'
        WHEN min_crew IS NULL THEN 'lacking'
        WHEN outsource_flag IS NULL THEN 'lacking'
        WHEN has_rejected_crew THEN 'lacking'
        WHEN crew_rows = 0 THEN 'lacking'
        WHEN nameless_rows > 0 THEN 'lacking'
        ELSE 'hit'
    END AS state,
    CASE
        WHEN min_crew IS NULL THEN 'parameters.min_crew'
        WHEN outsource_flag IS NULL THEN 'dsc_repair_order.outsource_flag'
        WHEN has_rejected_crew THEN 'dsc_repair_crew.emp_no'
        WHEN crew_rows = 0 THEN 'dsc_repair_crew.order_no'
        ELSE 'dsc_repair_crew.emp_no'
    END AS lacks
FROM facts

-- step: r2 (table)
-- R2 疑似代签到：两人以上，却没有任何两人是用各自设备、同时同地签到的
SELECT
    order_no,
    CASE
        WHEN outsource_flag OR n < 2 THEN 'no'
        WHEN good_pairs > 0 THEN 'no'
        WHEN has_rejected_crew THEN 'lacking'
        WHEN outsource_flag IS NULL THEN 'lacking'
        WHEN unclear_pairs > 0 THEN 'lacking'
        ELSE 'hit'
    END AS state,
    CASE
        WHEN has_rejected_crew THEN 'dsc_repair_crew.emp_no'
        WHEN outsource_flag IS NULL THEN 'dsc_repair_order.outsource_flag'
    END AS lacks
FROM facts

-- step: r3 (table)
-- R3 材料未登记或超时登记：用了料而 :register_hours 小时内没有登记。未登记与超时登记由 register_state 分
SELECT
    order_no,
    CASE
        WHEN registered_on_time THEN 'no'
        WHEN NOT need_material AND issue_rows = 0 THEN 'no'
        WHEN need_material IS NULL AND issue_rows = 0 THEN 'lacking'
        WHEN timeless_rows > 0 OR has_rejected_material THEN 'lacking'
        WHEN registered_on_time IS NULL THEN 'lacking'
        ELSE 'hit'
    END AS state,
    CASE
        WHEN registered_on_time THEN 'ok'
        WHEN registered_on_time IS NULL THEN NULL
        WHEN register_time <= closed_at THEN 'late'
        ELSE 'missing'
    END AS register_state,
    CASE
        WHEN need_material IS NULL AND issue_rows = 0 THEN TRUE
        ELSE FALSE
    END AS lacks_need,
    CASE
        WHEN timeless_rows > 0 OR has_rejected_material THEN TRUE
        ELSE FALSE
    END AS lacks_time,
    CASE WHEN registered_on_time IS NULL THEN TRUE ELSE FALSE END AS lacks_hours
FROM facts

-- step: r4 (table)
-- R4 外委抢修无事件佐证：没有客户报修，前后 :outage_gap_hours 小时同一设备也没有停电记录
SELECT
    f.order_no,
    CASE
        WHEN NOT f.outsource_flag OR f.source = 'customer' THEN 'no'
        WHEN f.outsource_flag IS NULL OR f.source IS NULL THEN 'lacking'
        WHEN f.device_no IS NULL OR f.accept_time IS NULL THEN 'lacking'
        WHEN f.has_outage THEN 'no'
        WHEN f.outage_gap_hours IS NULL AND o.device_no IS NOT NULL THEN 'lacking'
        ELSE 'hit'
    END AS state,
    CASE
        WHEN f.device_no IS NOT NULL AND f.accept_time IS NOT NULL AND f.source IS NOT NULL
            AND f.outsource_flag IS NOT NULL AND f.outage_gap_hours IS NULL THEN TRUE
        ELSE FALSE
    END AS lacks_gap
FROM facts AS f
LEFT JOIN (SELECT DISTINCT device_no FROM pms_outage) AS o ON o.device_no = f.device_no

-- step: hits (table)
-- 命中的规则，一行一条
SELECT order_no, 'R1' AS rule FROM r1 WHERE state = 'hit'
UNION ALL
SELECT order_no, 'R2' AS rule FROM r2 WHERE state = 'hit'
UNION ALL
SELECT order_no, 'R3' AS rule FROM r3 WHERE state = 'hit'
UNION ALL
SELECT order_no, 'R4' AS rule FROM r4 WHERE state = 'hit'

-- step: cleared (table)
-- 白名单（X2 等）在判定日压掉的命中
SELECT DISTINCT
    h.order_no,
    h.rule
FROM hits AS h
JOIN judged AS j ON j.order_no = h.order_no
JOIN whitelist AS w
    ON w.subject = h.order_no
    AND (w.rule IS NULL OR w.rule = h.rule)
    AND j.judged_on BETWEEN w.valid_from AND w.valid_to

-- step: left_hits (table)
-- 白名单压掉后剩下的命中，一单一行
SELECT
    h.order_no,
    STRING_AGG(h.rule, ',' ORDER BY h.rule) AS rules,
    COUNT(*) FILTER (WHERE h.rule = 'R1') > 0 AS r1,
    COUNT(*) FILTER (WHERE h.rule = 'R2') > 0 AS r2,
    COUNT(*) FILTER (WHERE h.rule = 'R3') > 0 AS r3,
    COUNT(*) FILTER (WHERE h.rule = 'R4') > 0 AS r4
FROM hits AS h
WHERE NOT EXISTS (SELECT 1 FROM cleared AS c WHERE c.order_no = h.order_no AND c.rule = h.rule)
GROUP BY h.order_no

-- step: graded (table)
-- 定级要看的几个条件
SELECT
    h.order_no,
    h.rules,
    h.r1,
    h.r2,
    h.r3,
    h.r4,
    r.register_state,
    h.r1 AND h.r3 AS alone_and_unregistered,
    h.r3 AND r.register_state = 'missing' AS unregistered,
    h.r3 AND r.register_state = 'missing'
        AND COALESCE(f.issue_amount >= f.material_high, FALSE) AS costly,
    h.r3 AND r.register_state = 'missing' AND f.issue_amount IS NOT NULL
        AND f.material_high IS NULL AND NOT (h.r1 OR h.r4) AS lacks_material_high
FROM left_hits AS h
JOIN facts AS f ON f.order_no = h.order_no
JOIN r3 AS r ON r.order_no = h.order_no

-- step: levels (table)
-- 高：R1 且 R3；或未登记而出库金额达到 :material_high；或 R4。中：R1、R2、未登记。低：超时登记
SELECT
    order_no,
    rules,
    r2,
    r3,
    register_state,
    CASE
        WHEN alone_and_unregistered OR costly OR r4 THEN 'high'
        WHEN r1 OR r2 OR unregistered THEN 'medium'
        ELSE 'low'
    END AS level,
    CASE
        WHEN alone_and_unregistered AND r4 THEN 'R1,R3,R4'
        WHEN alone_and_unregistered THEN 'R1,R3'
        WHEN costly AND r4 THEN 'R3,R4'
        WHEN costly THEN 'R3'
        WHEN r4 THEN 'R4'
        WHEN r1 AND r2 THEN 'R1,R2'
        WHEN r1 THEN 'R1'
        WHEN r2 AND unregistered THEN 'R2,R3'
        WHEN r2 THEN 'R2'
        ELSE 'R3'
    END AS deciding_rules
FROM graded

-- step: subjects_seen
-- 满时长的工单都算看过
SELECT
    order_no AS subject,
    '' AS period
FROM due

-- step: findings
-- 每单一条。句子里的空（t_）按主题说明 places 填
SELECT
    v.order_no AS subject,
    '' AS period,
    f.judged_on AS occurred_on,
    CAST(CAST(f.finish_time AS DATE) AS VARCHAR) || ',' || CAST(f.judged_on AS VARCHAR) AS judged_on,
    v.level,
    v.rules,
    v.deciding_rules,
    f.org_code,
    f.leader_emp_no AS receiver_emp_no,
    CASE WHEN v.r3 THEN f.issue_amount END AS amount,
    f.n AS m_crew_count,
    f.same_device_pairs > 0 AS m_same_device,
    CAST(FLOOR(f.min_gap_seconds * 100 / 60 + 0.5) AS DECIMAL(18, 0)) * 0.01 AS m_min_gap_minutes,
    CAST(f.min_distance_m AS BIGINT) AS m_min_distance_m,
    v.register_state AS m_register_state,
    f.register_time AS m_register_time,
    f.issue_amount AS m_issue_amount,
    f.source AS m_source,
    f.device_no AS m_device_no,
    f.finish_time AS m_finish_time,
    v.order_no AS t_order_no,
    f.fault_type AS t_fault_type,
    CASE f.source
        WHEN 'customer' THEN '客户报修'
        WHEN 'monitor' THEN '主动监测'
        WHEN 'dispatch' THEN '调度'
    END AS t_source,
    CASE WHEN f.same_device_pairs > 0 THEN '有' ELSE '无' END AS t_same_device,
    CASE
        WHEN v.r2 THEN '签到存在同设备、间隔或距离异常'
        WHEN r2.state = 'lacking' THEN '签到数据不全'
        ELSE '签到未见异常'
    END AS t_sign_hint,
    CASE
        WHEN v.r3 AND v.register_state = 'missing' THEN '未登记（出库{issue_amount}元）'
        WHEN v.r3 THEN '{register_time}补登'
        WHEN r3.state = 'lacking' THEN '登记数据不全'
        ELSE '已按时登记或未用料'
    END AS t_material_hint,
    CASE
        WHEN v.register_state = 'ok' THEN '按时登记'
        WHEN v.r3 AND v.register_state = 'late' THEN '超时登记'
        WHEN v.r3 THEN '未登记'
        WHEN r3.state = 'lacking' THEN '数据不全'
        ELSE '未用料'
    END AS t_register_state
FROM levels AS v
JOIN facts AS f ON f.order_no = v.order_no
JOIN r2 ON r2.order_no = v.order_no
JOIN r3 ON r3.order_no = v.order_no

-- step: evidence
-- 工单本身，和各规则所列的表中属于该单的行
SELECT
    j.order_no AS subject,
    '' AS period,
    'dsc_repair_order' AS table_name,
    j._file,
    j._row
FROM judged AS j
JOIN left_hits AS h ON h.order_no = j.order_no
UNION ALL
SELECT
    c.order_no,
    '',
    'dsc_repair_crew',
    c._file,
    c._row
FROM crew AS c
JOIN left_hits AS h ON h.order_no = c.order_no AND (h.r1 OR h.r2)
UNION ALL
SELECT
    m.order_no,
    '',
    'dsc_repair_material',
    m._file,
    m._row
FROM dsc_repair_material AS m
JOIN left_hits AS h ON h.order_no = m.order_no AND h.r3
UNION ALL
SELECT
    i.work_order_no,
    '',
    'erp_goods_issue',
    i._file,
    i._row
FROM erp_goods_issue AS i
JOIN left_hits AS h ON h.order_no = i.work_order_no AND h.r3
UNION ALL
SELECT
    o.order_no,
    '',
    'pms_outage',
    o._file,
    o._row
FROM last_outage AS o
JOIN left_hits AS h ON h.order_no = o.order_no AND h.r4

-- step: inconclusive
-- 缺数据：评判时点不知道、应急响应期不知道的整单缺；其余按规则
SELECT order_no AS subject, '' AS period, 'parameters.close_hours' AS column_name
FROM finished WHERE closed_at IS NULL
UNION ALL
SELECT order_no, '', 'parameters.emergency_periods'
FROM due WHERE accept_time IS NOT NULL AND NOT knows_emergency_periods
UNION ALL
SELECT order_no, '', lacks FROM r1 WHERE state = 'lacking'
UNION ALL
SELECT order_no, '', lacks FROM r2 WHERE state = 'lacking' AND lacks IS NOT NULL
UNION ALL
SELECT p.order_no, '', 'dsc_repair_crew.device_id'
FROM pair AS p JOIN r2 ON r2.order_no = p.order_no AND r2.state = 'lacking' AND r2.lacks IS NULL
WHERE p.state = 'unclear' AND (p.a_device IS NULL OR p.b_device IS NULL)
UNION ALL
SELECT p.order_no, '', 'dsc_repair_crew.sign_time'
FROM pair AS p JOIN r2 ON r2.order_no = p.order_no AND r2.state = 'lacking' AND r2.lacks IS NULL
WHERE p.state = 'unclear' AND (p.a_time IS NULL OR p.b_time IS NULL)
UNION ALL
SELECT p.order_no, '', 'dsc_repair_crew.sign_lon'
FROM pair AS p JOIN r2 ON r2.order_no = p.order_no AND r2.state = 'lacking' AND r2.lacks IS NULL
WHERE p.state = 'unclear' AND (p.a_lon IS NULL OR p.b_lon IS NULL)
UNION ALL
SELECT p.order_no, '', 'dsc_repair_crew.sign_lat'
FROM pair AS p JOIN r2 ON r2.order_no = p.order_no AND r2.state = 'lacking' AND r2.lacks IS NULL
WHERE p.state = 'unclear' AND (p.a_lat IS NULL OR p.b_lat IS NULL)
UNION ALL
SELECT p.order_no, '', 'parameters.sign_gap_minutes'
FROM pair AS p JOIN r2 ON r2.order_no = p.order_no AND r2.state = 'lacking' AND r2.lacks IS NULL
WHERE p.state = 'unclear' AND p.sign_gap_minutes IS NULL AND p.gap_seconds IS NOT NULL
UNION ALL
SELECT p.order_no, '', 'parameters.sign_distance_m'
FROM pair AS p JOIN r2 ON r2.order_no = p.order_no AND r2.state = 'lacking' AND r2.lacks IS NULL
WHERE p.state = 'unclear' AND p.sign_distance_m IS NULL AND p.distance_m IS NOT NULL
UNION ALL
SELECT order_no, '', 'dsc_repair_order.need_material'
FROM r3 WHERE state = 'lacking' AND lacks_need
UNION ALL
SELECT order_no, '', 'dsc_repair_material.register_time'
FROM r3 WHERE state = 'lacking' AND lacks_time
UNION ALL
SELECT order_no, '', 'parameters.register_hours'
FROM r3 WHERE state = 'lacking' AND lacks_hours
UNION ALL
SELECT f.order_no, '', 'dsc_repair_order.outsource_flag'
FROM facts AS f JOIN r4 ON r4.order_no = f.order_no AND r4.state = 'lacking'
WHERE f.outsource_flag IS NULL
UNION ALL
SELECT f.order_no, '', 'dsc_repair_order.source'
FROM facts AS f JOIN r4 ON r4.order_no = f.order_no AND r4.state = 'lacking'
WHERE f.source IS NULL
UNION ALL
SELECT f.order_no, '', 'dsc_repair_order.device_no'
FROM facts AS f JOIN r4 ON r4.order_no = f.order_no AND r4.state = 'lacking'
WHERE f.device_no IS NULL
UNION ALL
SELECT f.order_no, '', 'dsc_repair_order.accept_time'
FROM facts AS f JOIN r4 ON r4.order_no = f.order_no AND r4.state = 'lacking'
WHERE f.accept_time IS NULL
UNION ALL
SELECT order_no, '', 'parameters.outage_gap_hours'
FROM r4 WHERE state = 'lacking' AND lacks_gap
UNION ALL
SELECT order_no, '', 'parameters.material_high'
FROM graded WHERE lacks_material_high

-- step: excluded
-- 被 X1 排除的工单，和被白名单压掉至少一条规则的工单
SELECT order_no AS item, 'X1' AS exclusion FROM emergency
UNION ALL
SELECT DISTINCT order_no, 'whitelist' FROM cleared
