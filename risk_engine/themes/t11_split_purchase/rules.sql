-- T11 拆分采购规避招标
-- 依据：《招标投标法》第四条、第四十九条，《招标投标法实施条例》第二十四条，《必须招标的工程项目规定》。
-- 主体是 采购单位/品类，期间是规则判定日（锚日）所在月；参数、白名单都取锚日的值。

-- step: po_line (table)
-- 订单的行，按行号排好（行号为空的最后）
SELECT
    po_no,
    org_code,
    category_code,
    supplier_code,
    amount,
    method,
    create_date,
    requester_emp_no,
    contract_no,
    emergency_flag,
    emergency_approve_date,
    ROW_NUMBER() OVER (
        PARTITION BY po_no, org_code, category_code
        ORDER BY line_no ASC NULLS LAST, _file, _row
    ) AS place
FROM erp_purchase_order

-- step: po_total (table)
-- 每笔订单（同订单号、单位、品类的行）的金额；任一行空则空
SELECT
    po_no,
    org_code,
    category_code,
    CASE WHEN COUNT(amount) = COUNT(*) THEN SUM(amount) END AS amount
FROM po_line
GROUP BY po_no, org_code, category_code

-- step: po (table)
-- 订单：金额合计，其余各列取行号最小的行；连同合同，和 X2 要用的工作日数（补批日为空的以 as_of 代）
SELECT
    l.po_no,
    l.org_code,
    l.category_code,
    l.org_code || '/' || l.category_code AS subject,
    strftime(l.create_date, '%Y%m') AS period,
    l.create_date AS order_day,
    l.supplier_code,
    CAST(t.amount AS DECIMAL(24, 6)) AS amount,
    l.method,
    l.requester_emp_no,
    l.contract_no,
    l.emergency_flag,
    c.contract_no AS known_contract_no,
    c.framework_flag,
    c.sign_date,
    c.title,
    c.contract_type,
    c.project_code,
    c.package_no,
    approved.workday_no - ordered.workday_no AS approve_workdays,
    ew.value AS emergency_workdays
FROM po_line AS l
JOIN po_total AS t
    ON t.po_no = l.po_no AND t.org_code = l.org_code AND t.category_code = l.category_code
LEFT JOIN law_contract AS c ON c.contract_no = l.contract_no
LEFT JOIN calendar_days AS ordered ON ordered.day = l.create_date
LEFT JOIN calendar_days AS approved ON approved.day = COALESCE(l.emergency_approve_date, $as_of)
LEFT JOIN p_emergency_workdays AS ew
    ON l.create_date >= ew.from_date AND (ew.to_date IS NULL OR l.create_date < ew.to_date)
WHERE l.place = 1

-- step: po_state (table)
-- 先看排除 X1（框架协议，签订日空或不晚于订单日）再看 X2（应急且限期内补批），再看合同缺什么
SELECT
    po_no,
    org_code,
    category_code,
    subject,
    period,
    order_day,
    supplier_code,
    amount,
    method,
    requester_emp_no,
    contract_no,
    title,
    contract_type,
    project_code,
    package_no,
    CASE
        WHEN framework_flag AND (sign_date IS NULL OR sign_date <= order_day) THEN 'X1'
        WHEN emergency_flag AND approve_workdays <= emergency_workdays THEN 'X2'
    END AS exclusion,
    CASE
        WHEN emergency_flag AND emergency_workdays IS NULL THEN 'parameters.emergency_workdays'
        WHEN contract_no IS NULL THEN NULL
        WHEN known_contract_no IS NULL THEN 'law_contract.contract_no'
        WHEN framework_flag IS NULL THEN 'law_contract.framework_flag'
    END AS lacks
FROM po

-- step: open_po (table)
-- 未排除的订单；lacks 非空的不参与任何规则
SELECT
    po_no,
    org_code,
    category_code,
    subject,
    period,
    order_day,
    supplier_code,
    amount,
    method,
    requester_emp_no,
    contract_no,
    title,
    contract_type,
    project_code,
    package_no,
    lacks
FROM po_state
WHERE exclusion IS NULL

-- step: candidate (table)
-- 候选订单：零星或直接采购、金额大于零；连同订单日（作锚日时）的参数
SELECT
    o.po_no,
    o.org_code,
    o.category_code,
    o.subject,
    o.period,
    o.order_day,
    o.supplier_code,
    o.amount,
    o.requester_emp_no,
    wd.value AS window_days,
    il.value AS internal_limit,
    mo.value AS min_orders,
    nr.value AS near_ratio,
    nw.value AS near_window_days,
    nc.value AS near_count
FROM open_po AS o
LEFT JOIN p_window_days AS wd
    ON o.order_day >= wd.from_date AND (wd.to_date IS NULL OR o.order_day < wd.to_date)
LEFT JOIN p_internal_limit AS il
    ON o.order_day >= il.from_date AND (il.to_date IS NULL OR o.order_day < il.to_date)
LEFT JOIN p_min_orders AS mo
    ON o.order_day >= mo.from_date AND (mo.to_date IS NULL OR o.order_day < mo.to_date)
LEFT JOIN p_near_ratio AS nr
    ON o.order_day >= nr.from_date AND (nr.to_date IS NULL OR o.order_day < nr.to_date)
LEFT JOIN p_near_window_days AS nw
    ON o.order_day >= nw.from_date AND (nw.to_date IS NULL OR o.order_day < nw.to_date)
LEFT JOIN p_near_count AS nc
    ON o.order_day >= nc.from_date AND (nc.to_date IS NULL OR o.order_day < nc.to_date)
WHERE o.lacks IS NULL AND o.method IN ('petty', 'direct') AND o.amount > 0

-- step: r1_anchor (table)
-- R1 锚日：候选订单中金额低于限额者的各订单日
SELECT DISTINCT
    subject,
    period,
    order_day AS d,
    window_days,
    internal_limit,
    min_orders
FROM candidate
WHERE amount < internal_limit

-- step: r1_window (table)
-- 锚日窗口：锚日起往前 :window_days 天（含锚日）内低于限额的候选订单的笔数与合计
SELECT
    a.subject,
    a.period,
    a.d,
    a.internal_limit,
    a.min_orders,
    COUNT(*) AS order_count,
    COUNT(DISTINCT c.supplier_code) AS supplier_count,
    MIN(c.supplier_code) AS first_supplier,
    MIN(c.order_day) AS window_start,
    SUM(c.amount) AS window_total
FROM r1_anchor AS a
JOIN candidate AS c
    ON c.subject = a.subject
    AND c.order_day <= a.d
    AND c.order_day > a.d - CAST(a.window_days AS INTEGER)
    AND c.amount < a.internal_limit
GROUP BY a.subject, a.period, a.d, a.internal_limit, a.min_orders

-- step: r1 (table)
-- R1 合并超限：每主体每月取合计最大的命中锚日，同额取最早。依据采购权限与限额（待核）
SELECT
    subject,
    period,
    d,
    internal_limit,
    order_count,
    supplier_count,
    first_supplier,
    window_start,
    window_total
FROM (
    SELECT
        subject,
        period,
        d,
        internal_limit,
        order_count,
        supplier_count,
        first_supplier,
        window_start,
        window_total,
        ROW_NUMBER() OVER (PARTITION BY subject, period ORDER BY window_total DESC, d) AS place
    FROM r1_window
    WHERE order_count >= min_orders AND window_total >= internal_limit
) AS ranked
WHERE place = 1

-- step: r1_order (table)
-- R1 窗口中的订单
SELECT
    r.subject,
    r.period,
    r.d,
    c.po_no,
    c.org_code,
    c.category_code,
    c.order_day,
    c.requester_emp_no
FROM r1 AS r
JOIN candidate AS c
    ON c.subject = r.subject
    AND c.order_day <= r.d
    AND c.order_day >= r.window_start
    AND c.amount < r.internal_limit

-- step: tender_po (table)
-- R2 要看的订单：有合同、非招标、金额非空、合同挂工程项目而没有标包
SELECT
    po_no,
    org_code,
    category_code,
    subject,
    period,
    order_day,
    supplier_code,
    amount,
    requester_emp_no,
    contract_no,
    title,
    contract_type,
    project_code
FROM open_po
WHERE
    lacks IS NULL
    AND contract_no IS NOT NULL
    AND method <> 'tender'
    AND amount IS NOT NULL
    AND project_code IS NOT NULL
    AND package_no IS NULL

-- step: tender_row (table)
-- 每笔订单在限额表每一版里首个符合的行 k：合同类型相同，且名称不限或含任一词
SELECT
    t.po_no,
    t.org_code,
    t.category_code,
    l.from_date,
    l.to_date,
    MIN(l.row_no) AS k
FROM tender_po AS t
JOIN p_tender_limits AS l ON l.contract_type = t.contract_type
WHERE
    NOT EXISTS (
        SELECT 1 FROM p_tender_limits__title_words AS w
        WHERE w.from_date = l.from_date AND w.row_no = l.row_no
    )
    OR EXISTS (
        SELECT 1 FROM p_tender_limits__title_words AS w
        WHERE
            w.from_date = l.from_date
            AND w.row_no = l.row_no
            AND strpos(t.title, w.item) > 0
    )
GROUP BY t.po_no, t.org_code, t.category_code, l.from_date, l.to_date

-- step: tender_sum (table)
-- 按（主体，项目，行）逐订单日累计；每一版限额表各算一遍
SELECT
    t.po_no,
    t.org_code,
    t.category_code,
    t.subject,
    t.period,
    t.order_day,
    t.supplier_code,
    t.requester_emp_no,
    t.contract_no,
    t.project_code,
    r.from_date,
    r.to_date,
    r.k,
    SUM(t.amount) OVER (
        PARTITION BY t.subject, t.project_code, r.from_date, r.k
        ORDER BY t.order_day
        RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS project_total
FROM tender_po AS t
JOIN tender_row AS r
    ON r.po_no = t.po_no AND r.org_code = t.org_code AND r.category_code = t.category_code

-- step: r2_day (table)
-- 每组首次累计达到限额的锚日；选行、分组、限额都用锚日那一版
SELECT
    subject,
    period,
    project_code,
    k,
    from_date,
    d,
    project_total,
    tender_limit
FROM (
    SELECT
        s.subject,
        s.period,
        s.project_code,
        s.k,
        s.from_date,
        s.order_day AS d,
        s.project_total,
        l."limit" AS tender_limit,
        ROW_NUMBER() OVER (
            PARTITION BY s.subject, s.project_code, s.k
            ORDER BY s.order_day, s.po_no
        ) AS place
    FROM tender_sum AS s
    JOIN p_tender_limits AS l ON l.from_date = s.from_date AND l.row_no = s.k
    WHERE
        s.order_day >= s.from_date
        AND (s.to_date IS NULL OR s.order_day < s.to_date)
        AND s.project_total >= l."limit"
) AS reached
WHERE place = 1

-- step: r2 (table)
-- R2 合并达到必须招标限额：同主体同月取累计最大，同额取项目编号最小、再取行号最小
SELECT
    subject,
    period,
    project_code,
    k,
    from_date,
    d,
    project_total,
    tender_limit
FROM (
    SELECT
        subject,
        period,
        project_code,
        k,
        from_date,
        d,
        project_total,
        tender_limit,
        ROW_NUMBER() OVER (
            PARTITION BY subject, period
            ORDER BY project_total DESC, project_code, k
        ) AS place
    FROM r2_day
) AS ranked
WHERE place = 1

-- step: r2_order (table)
-- R2 组内到判定日为止的订单
SELECT
    r.subject,
    r.period,
    r.d,
    s.po_no,
    s.org_code,
    s.category_code,
    s.order_day,
    s.supplier_code,
    s.requester_emp_no,
    s.contract_no
FROM r2 AS r
JOIN tender_sum AS s
    ON s.subject = r.subject
    AND s.project_code = r.project_code
    AND s.k = r.k
    AND s.from_date = r.from_date
    AND s.order_day <= r.d

-- step: r2_count (table)
-- R2 组内订单数与供应商数，供句子用
SELECT
    subject,
    period,
    COUNT(*) AS order_count,
    COUNT(DISTINCT supplier_code) AS supplier_count,
    MIN(supplier_code) AS first_supplier
FROM r2_order
GROUP BY subject, period

-- step: r3_anchor (table)
-- R3 锚日与供应商：当日有贴限（限额×:near_ratio 至限额以下）且有供应商的候选订单
SELECT DISTINCT
    subject,
    period,
    order_day AS d,
    supplier_code AS v,
    internal_limit,
    near_ratio,
    near_window_days,
    near_count
FROM candidate
WHERE
    supplier_code IS NOT NULL
    AND amount < internal_limit
    AND amount >= internal_limit * near_ratio

-- step: r3_window (table)
-- 锚日起往前 :near_window_days 天（含锚日）内该供应商贴限订单的笔数与合计
SELECT
    a.subject,
    a.period,
    a.d,
    a.v,
    a.internal_limit,
    a.near_ratio,
    a.near_window_days,
    a.near_count AS needed,
    COUNT(*) AS near_count,
    SUM(c.amount) AS near_total
FROM r3_anchor AS a
JOIN candidate AS c
    ON c.subject = a.subject
    AND c.supplier_code = a.v
    AND c.order_day <= a.d
    AND c.order_day > a.d - CAST(a.near_window_days AS INTEGER)
    AND c.amount < a.internal_limit
    AND c.amount >= a.internal_limit * a.near_ratio
GROUP BY
    a.subject, a.period, a.d, a.v, a.internal_limit, a.near_ratio, a.near_window_days, a.near_count

-- step: r3 (table)
-- R3 贴限频发：每主体每月取笔数最多，再取合计最大、锚日最早、供应商编码最小
SELECT
    subject,
    period,
    d,
    v,
    internal_limit,
    near_ratio,
    near_window_days,
    near_count,
    near_total
FROM (
    SELECT
        subject,
        period,
        d,
        v,
        internal_limit,
        near_ratio,
        near_window_days,
        near_count,
        near_total,
        ROW_NUMBER() OVER (
            PARTITION BY subject, period
            ORDER BY near_count DESC, near_total DESC, d, v
        ) AS place
    FROM r3_window
    WHERE near_count >= needed
) AS ranked
WHERE place = 1

-- step: r3_order (table)
-- R3 窗口中的订单
SELECT
    r.subject,
    r.period,
    r.d,
    c.po_no,
    c.org_code,
    c.category_code,
    c.order_day,
    c.requester_emp_no
FROM r3 AS r
JOIN candidate AS c
    ON c.subject = r.subject
    AND c.supplier_code = r.v
    AND c.order_day <= r.d
    AND c.order_day > r.d - CAST(r.near_window_days AS INTEGER)
    AND c.amount < r.internal_limit
    AND c.amount >= r.internal_limit * r.near_ratio

-- step: hits (table)
-- 命中的规则，各带自己的判定日
SELECT subject, period, 'R1' AS rule, d FROM r1
UNION ALL
SELECT subject, period, 'R2' AS rule, d FROM r2
UNION ALL
SELECT subject, period, 'R3' AS rule, d FROM r3

-- step: cleared (table)
-- 白名单（X3 等）在各规则判定日压掉的命中
SELECT DISTINCT
    h.subject,
    h.period,
    h.rule
FROM hits AS h
JOIN whitelist AS w
    ON w.subject = h.subject
    AND (w.rule IS NULL OR w.rule = h.rule)
    AND h.d BETWEEN w.valid_from AND w.valid_to

-- step: remaining (table)
-- 白名单压掉后剩下的命中
SELECT
    h.subject,
    h.period,
    h.rule,
    h.d
FROM hits AS h
WHERE NOT EXISTS (
    SELECT 1 FROM cleared AS c
    WHERE c.subject = h.subject AND c.period = h.period AND c.rule = h.rule
)

-- step: judged_days (table)
-- 剩余命中的判定日，升序
SELECT
    subject,
    period,
    STRING_AGG(day, ',' ORDER BY day) AS judged_on
FROM (SELECT DISTINCT subject, period, CAST(d AS VARCHAR) AS day FROM remaining) AS days
GROUP BY subject, period

-- step: merged (table)
-- 同主体同月的剩余命中合为一行
SELECT
    subject,
    period,
    STRING_AGG(rule, ',' ORDER BY rule) AS rules,
    MAX(d) AS occurred_on,
    COUNT(*) FILTER (WHERE rule = 'R1') > 0 AS has_r1,
    COUNT(*) FILTER (WHERE rule = 'R2') > 0 AS has_r2,
    COUNT(*) FILTER (WHERE rule = 'R3') > 0 AS has_r3
FROM remaining
GROUP BY subject, period

-- step: graded (table)
-- 定级：倍数取 R1 判定日的有效值
SELECT
    m.subject,
    m.period,
    m.rules,
    m.occurred_on,
    m.has_r1,
    m.has_r2,
    m.has_r3,
    m.has_r1 AND m.has_r3 AS r1_and_r3,
    m.has_r1 AND COALESCE(a.window_total >= a.internal_limit * ht.value, FALSE) AS very_large,
    m.has_r1 AND COALESCE(a.window_total >= a.internal_limit * mt.value, FALSE) AS large,
    m.has_r1 AND ht.value IS NULL AS lacks_high_times,
    m.has_r1 AND mt.value IS NULL AS lacks_medium_times
FROM merged AS m
LEFT JOIN r1 AS a ON a.subject = m.subject AND a.period = m.period
LEFT JOIN p_level_high_times AS ht
    ON a.d >= ht.from_date AND (ht.to_date IS NULL OR a.d < ht.to_date)
LEFT JOIN p_level_medium_times AS mt
    ON a.d >= mt.from_date AND (mt.to_date IS NULL OR a.d < mt.to_date)

-- step: levels (table)
-- 高：R2；或 R1 合计达到限额的 :level_high_times 倍；或 R1 且 R3。中：R1 达到 :level_medium_times 倍；或 R3。低：R1
SELECT
    subject,
    period,
    rules,
    occurred_on,
    has_r1,
    has_r2,
    has_r3,
    CASE
        WHEN has_r2 OR very_large OR r1_and_r3 THEN 'high'
        WHEN large OR has_r3 THEN 'medium'
        ELSE 'low'
    END AS level,
    CASE
        WHEN r1_and_r3 AND has_r2 THEN 'R1,R2,R3'
        WHEN r1_and_r3 THEN 'R1,R3'
        WHEN very_large AND has_r2 THEN 'R1,R2'
        WHEN very_large THEN 'R1'
        WHEN has_r2 THEN 'R2'
        WHEN has_r3 THEN 'R3'
        ELSE 'R1'
    END AS deciding_rules
FROM graded

-- step: amount_rule (table)
-- 金额所取的规则：含 R2 取 R2，否则含 R1 取 R1，否则 R3；接收人取该规则窗口的末单
SELECT
    subject,
    period,
    requester_emp_no
FROM (
    SELECT
        o.subject,
        o.period,
        o.requester_emp_no,
        ROW_NUMBER() OVER (
            PARTITION BY o.subject, o.period
            ORDER BY o.order_day DESC, o.po_no DESC
        ) AS place
    FROM (
        SELECT o2.subject, o2.period, o2.po_no, o2.order_day, o2.requester_emp_no
        FROM r2_order AS o2
        JOIN levels AS v2 ON v2.subject = o2.subject AND v2.period = o2.period AND v2.has_r2
        UNION ALL
        SELECT o1.subject, o1.period, o1.po_no, o1.order_day, o1.requester_emp_no
        FROM r1_order AS o1
        JOIN levels AS v1
            ON v1.subject = o1.subject AND v1.period = o1.period
            AND v1.has_r1 AND NOT v1.has_r2
        UNION ALL
        SELECT o3.subject, o3.period, o3.po_no, o3.order_day, o3.requester_emp_no
        FROM r3_order AS o3
        JOIN levels AS v3
            ON v3.subject = o3.subject AND v3.period = o3.period
            AND NOT v3.has_r1 AND NOT v3.has_r2
    ) AS o
) AS ranked
WHERE place = 1

-- step: subjects_seen
-- 有订单的主体与月份
SELECT DISTINCT
    subject,
    period
FROM po

-- step: parties (table)
-- 主体的单位与品类
SELECT DISTINCT
    subject,
    org_code,
    category_code
FROM po

-- step: findings
-- 每主体每月一条；measures 只写剩余命中规则的。w_ 是只在预警句子里用的空
SELECT
    v.subject,
    v.period,
    v.occurred_on,
    j.judged_on,
    v.level,
    v.rules,
    v.deciding_rules,
    p.org_code,
    l.requester_emp_no AS receiver_emp_no,
    CASE
        WHEN v.has_r2 THEN b.project_total
        WHEN v.has_r1 THEN a.window_total
        ELSE c.near_total
    END AS amount,
    CASE WHEN v.has_r1 THEN a.window_total END AS m_window_total,
    CASE WHEN v.has_r1 THEN a.order_count END AS m_order_count,
    CASE WHEN v.has_r1 THEN a.internal_limit END AS m_limit,
    CASE WHEN v.has_r1 THEN a.window_start END AS m_window_start,
    CASE WHEN v.has_r1 THEN a.d END AS m_window_end,
    CASE WHEN v.has_r1 THEN a.supplier_count END AS m_supplier_count,
    CASE WHEN v.has_r2 THEN b.project_code END AS m_project_code,
    CASE WHEN v.has_r2 THEN b.project_total END AS m_project_total,
    CASE WHEN v.has_r2 THEN b.tender_limit END AS m_tender_limit,
    CASE WHEN v.has_r3 THEN c.near_count END AS m_near_count,
    CASE WHEN v.has_r3 THEN c.near_total END AS m_near_total,
    CASE WHEN v.has_r3 THEN c.v END AS m_near_supplier,
    p.category_code AS t_category_code,
    p.category_code AS w_category,
    CASE WHEN v.has_r1 THEN '{window_start}至{window_end}' ELSE v.period END AS w_window,
    CASE
        WHEN v.has_r1 THEN CAST(a.order_count AS VARCHAR)
        WHEN v.has_r3 THEN CAST(c.near_count AS VARCHAR)
        ELSE CAST(n.order_count AS VARCHAR)
    END AS w_n,
    '{amount}' AS w_total,
    CASE
        WHEN v.has_r2 THEN '{tender_limit}'
        WHEN v.has_r1 THEN '{limit}'
        ELSE '{internal_limit}'
    END AS w_limit,
    CASE
        WHEN v.has_r1 AND a.supplier_count = 1 THEN '均为' || a.first_supplier
        WHEN v.has_r1 THEN '共' || CAST(a.supplier_count AS VARCHAR) || '家'
        WHEN v.has_r3 THEN '均为' || c.v
        WHEN n.supplier_count = 1 THEN '均为' || n.first_supplier
        ELSE '共' || CAST(n.supplier_count AS VARCHAR) || '家'
    END AS w_supplier_hint
FROM levels AS v
JOIN judged_days AS j ON j.subject = v.subject AND j.period = v.period
JOIN parties AS p ON p.subject = v.subject
LEFT JOIN amount_rule AS l ON l.subject = v.subject AND l.period = v.period
LEFT JOIN r1 AS a ON a.subject = v.subject AND a.period = v.period
LEFT JOIN r2 AS b ON b.subject = v.subject AND b.period = v.period
LEFT JOIN r3 AS c ON c.subject = v.subject AND c.period = v.period
LEFT JOIN r2_count AS n ON n.subject = v.subject AND n.period = v.period

-- step: finding_order (table)
-- 剩余命中各规则的订单
SELECT o.subject, o.period, o.po_no, o.org_code, o.category_code
FROM r1_order AS o
JOIN levels AS v ON v.subject = o.subject AND v.period = o.period AND v.has_r1
UNION
SELECT o.subject, o.period, o.po_no, o.org_code, o.category_code
FROM r2_order AS o
JOIN levels AS v ON v.subject = o.subject AND v.period = o.period AND v.has_r2
UNION
SELECT o.subject, o.period, o.po_no, o.org_code, o.category_code
FROM r3_order AS o
JOIN levels AS v ON v.subject = o.subject AND v.period = o.period AND v.has_r3

-- step: evidence
-- 订单的每一行；R2 另附合同
SELECT
    o.subject,
    o.period,
    'erp_purchase_order' AS table_name,
    e._file,
    e._row
FROM finding_order AS o
JOIN erp_purchase_order AS e
    ON e.po_no = o.po_no AND e.org_code = o.org_code AND e.category_code = o.category_code
UNION ALL
SELECT
    o.subject,
    o.period,
    'law_contract',
    c._file,
    c._row
FROM r2_order AS o
JOIN levels AS v ON v.subject = o.subject AND v.period = o.period AND v.has_r2
JOIN law_contract AS c ON c.contract_no = o.contract_no

-- step: inconclusive
-- 缺数据：逐个未排除的订单看，按主体×订单日所在月记；参数没有值的按锚日所在月记
SELECT subject, period, lacks AS column_name
FROM open_po WHERE lacks IS NOT NULL
UNION ALL
SELECT subject, period, 'erp_purchase_order.method'
FROM open_po WHERE method IS NULL
UNION ALL
SELECT subject, period, 'erp_purchase_order.amount'
FROM open_po WHERE amount IS NULL AND (method IS NULL OR method IN ('petty', 'direct'))
UNION ALL
SELECT subject, period, 'erp_purchase_order.supplier_code'
FROM candidate
WHERE supplier_code IS NULL AND amount < internal_limit AND amount >= internal_limit * near_ratio
UNION ALL
SELECT subject, period, 'parameters.internal_limit'
FROM candidate WHERE internal_limit IS NULL
UNION ALL
SELECT subject, period, 'parameters.window_days'
FROM r1_anchor WHERE window_days IS NULL
UNION ALL
SELECT subject, period, 'parameters.min_orders'
FROM r1_window WHERE min_orders IS NULL AND window_total >= internal_limit
UNION ALL
SELECT subject, period, 'parameters.near_ratio'
FROM candidate WHERE near_ratio IS NULL AND amount < internal_limit
UNION ALL
SELECT subject, period, 'parameters.near_window_days'
FROM r3_anchor WHERE near_window_days IS NULL
UNION ALL
SELECT subject, period, 'parameters.near_count'
FROM r3_window WHERE needed IS NULL
UNION ALL
SELECT t.subject, t.period, 'parameters.tender_limits'
FROM tender_po AS t
WHERE NOT EXISTS (
    SELECT 1 FROM p_tender_limits__dates AS d
    WHERE t.order_day >= d.from_date AND (d.to_date IS NULL OR t.order_day < d.to_date)
)
UNION ALL
SELECT subject, period, 'parameters.level_high_times'
FROM graded WHERE lacks_high_times AND NOT has_r2 AND NOT r1_and_r3
UNION ALL
SELECT subject, period, 'parameters.level_medium_times'
FROM graded WHERE lacks_medium_times AND NOT has_r2 AND NOT r1_and_r3 AND NOT very_large AND NOT has_r3

-- step: excluded
-- X1、X2 按订单计数；白名单按主体与月计数
SELECT
    po_no || '/' || subject AS item,
    exclusion
FROM po_state
WHERE exclusion IS NOT NULL
UNION ALL
SELECT DISTINCT
    subject || '/' || period,
    'whitelist'
FROM cleared
