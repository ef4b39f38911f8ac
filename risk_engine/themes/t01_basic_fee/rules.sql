-- T01 基本电费少收。步骤的名字与 theme.yaml 的 definitions、rules 对应；门槛都在 theme.yaml。
--
-- 金额怎样算得准：应收是有理数，分母是折算基数 day_basis，多路需量还要乘核定值之和 Σk。全程只在最后做一次除法：
-- 先取商到第6位，再把余数除到第20位补上，收到第19位。DuckDB 和 PostgreSQL 得数相同；19位以内除得尽的就是准数，除不尽的误差不到 10^-19。
-- 两个金额只要不等，至少相差 1/(day_basis × Σk × 10^n)，大于 10^-17；12个月的误差合起来不到 10^-18。所以比较时把差收到第17位：相等的正好为 0，不等的一定不为 0。
-- 数据6位小数，比率4位（tolerance_ratio、ratio_medium 6位），电价4位以内都准；乘之前放宽到 38 位，超出的报错，不会悄悄溢出。

-- step: bill_counts (table)
-- 每户每个账期可见的账单张数，有没有两部制的；账期缺账单、账单多于一张都由它看出
SELECT
    cust_no,
    bill_month,
    COUNT(bill_id) AS bill_count,
    BOOL_OR(COALESCE(tariff_system = 'two_part', FALSE)) AS has_two_part
FROM mkt_bill
GROUP BY cust_no, bill_month

-- step: months (table)
-- 账期：从最早的账单到 as_of 以前已经过完的日历月。month_no 是年×12+月，逐月加一
SELECT
    CAST(EXTRACT(YEAR FROM day) * 12 + EXTRACT(MONTH FROM day) AS INTEGER) AS month_no,
    strftime(day, '%Y%m') AS bill_month,
    MIN(day) AS first_day,
    MAX(day) AS last_day,
    CAST(COUNT(day) AS INTEGER) AS month_days
FROM calendar_days
WHERE
    day < CAST(date_trunc('month', $as_of + 1) AS DATE)
    AND strftime(day, '%Y%m') >= (SELECT MIN(bill_month) FROM bill_counts)
GROUP BY CAST(EXTRACT(YEAR FROM day) * 12 + EXTRACT(MONTH FROM day) AS INTEGER), strftime(day, '%Y%m')

-- step: fee_terms (table)
-- 复算用的参数，取账期首日的值。stop_rule 给停用口径相同的账期同一个标记；discount_begun 分开“没有优惠”和“参数还没开始”
SELECT
    m.month_no,
    m.bill_month,
    m.first_day,
    m.last_day,
    m.month_days,
    CAST(day_basis.value AS INTEGER) AS day_basis,
    seal_day_charged.value AS seal_day_charged,
    CAST(min_pause_days.value AS INTEGER) AS min_pause_days,
    COALESCE(CAST(CAST(min_pause_days.value AS INTEGER) AS VARCHAR), '?')
        || CASE
            WHEN seal_day_charged.value IS NULL THEN '?'
            WHEN seal_day_charged.value THEN 'T'
            ELSE 'F'
        END AS stop_rule,
    two_part_min_kva.value AS two_part_min_kva,
    CAST(over_band.value AS DECIMAL(9, 4)) AS over_band,
    CAST(over_multiplier.value AS DECIMAL(9, 4)) AS over_multiplier,
    over_formula.value AS over_formula,
    CAST(floor_ratio.value AS DECIMAL(9, 4)) AS floor_ratio,
    discount_kwh_per_kva.from_date IS NOT NULL AS discount_begun,
    discount_kwh_per_kva.value AS discount_kwh_per_kva,
    CAST(discount_ratio.value AS DECIMAL(9, 4)) AS discount_ratio,
    tolerance_yuan.value AS tolerance_yuan,
    CAST(tolerance_ratio.value AS DECIMAL(9, 6)) AS tolerance_ratio
FROM months AS m
LEFT JOIN p_day_basis AS day_basis
    ON m.first_day >= day_basis.from_date
    AND (day_basis.to_date IS NULL OR m.first_day < day_basis.to_date)
LEFT JOIN p_seal_day_charged AS seal_day_charged
    ON m.first_day >= seal_day_charged.from_date
    AND (seal_day_charged.to_date IS NULL OR m.first_day < seal_day_charged.to_date)
LEFT JOIN p_min_pause_days AS min_pause_days
    ON m.first_day >= min_pause_days.from_date
    AND (min_pause_days.to_date IS NULL OR m.first_day < min_pause_days.to_date)
LEFT JOIN p_two_part_min_kva AS two_part_min_kva
    ON m.first_day >= two_part_min_kva.from_date
    AND (two_part_min_kva.to_date IS NULL OR m.first_day < two_part_min_kva.to_date)
LEFT JOIN p_over_band AS over_band
    ON m.first_day >= over_band.from_date
    AND (over_band.to_date IS NULL OR m.first_day < over_band.to_date)
LEFT JOIN p_over_multiplier AS over_multiplier
    ON m.first_day >= over_multiplier.from_date
    AND (over_multiplier.to_date IS NULL OR m.first_day < over_multiplier.to_date)
LEFT JOIN p_over_formula AS over_formula
    ON m.first_day >= over_formula.from_date
    AND (over_formula.to_date IS NULL OR m.first_day < over_formula.to_date)
LEFT JOIN p_floor_ratio AS floor_ratio
    ON m.first_day >= floor_ratio.from_date
    AND (floor_ratio.to_date IS NULL OR m.first_day < floor_ratio.to_date)
LEFT JOIN p_discount_kwh_per_kva AS discount_kwh_per_kva
    ON m.first_day >= discount_kwh_per_kva.from_date
    AND (discount_kwh_per_kva.to_date IS NULL OR m.first_day < discount_kwh_per_kva.to_date)
LEFT JOIN p_discount_ratio AS discount_ratio
    ON m.first_day >= discount_ratio.from_date
    AND (discount_ratio.to_date IS NULL OR m.first_day < discount_ratio.to_date)
LEFT JOIN p_tolerance_yuan AS tolerance_yuan
    ON m.first_day >= tolerance_yuan.from_date
    AND (tolerance_yuan.to_date IS NULL OR m.first_day < tolerance_yuan.to_date)
LEFT JOIN p_tolerance_ratio AS tolerance_ratio
    ON m.first_day >= tolerance_ratio.from_date
    AND (tolerance_ratio.to_date IS NULL OR m.first_day < tolerance_ratio.to_date)

-- step: hit_terms (table)
-- R4、R5、排除与分级用的参数，取账期首日的值
SELECT
    m.month_no,
    m.bill_month,
    m.first_day,
    m.last_day,
    m.month_days,
    CAST(adjust_days.value AS INTEGER) AS adjust_days,
    CAST(overload_ratio.value AS DECIMAL(9, 4)) AS overload_ratio,
    overload_days.value AS overload_days,
    overload_days_high.value AS overload_days_high,
    photo_days.value AS photo_days,
    max_pause_days.value AS max_pause_days,
    min_diff_medium.value AS min_diff_medium,
    min_diff_high.value AS min_diff_high,
    CAST(ratio_medium.value AS DECIMAL(9, 6)) AS ratio_medium,
    ratio_min_diff.value AS ratio_min_diff,
    consec_medium.value AS consec_medium,
    consec_high.value AS consec_high,
    consec_cum_high.value AS consec_cum_high,
    cum_high.value AS cum_high
FROM months AS m
LEFT JOIN p_adjust_days AS adjust_days
    ON m.first_day >= adjust_days.from_date
    AND (adjust_days.to_date IS NULL OR m.first_day < adjust_days.to_date)
LEFT JOIN p_overload_ratio AS overload_ratio
    ON m.first_day >= overload_ratio.from_date
    AND (overload_ratio.to_date IS NULL OR m.first_day < overload_ratio.to_date)
LEFT JOIN p_overload_days AS overload_days
    ON m.first_day >= overload_days.from_date
    AND (overload_days.to_date IS NULL OR m.first_day < overload_days.to_date)
LEFT JOIN p_overload_days_high AS overload_days_high
    ON m.first_day >= overload_days_high.from_date
    AND (overload_days_high.to_date IS NULL OR m.first_day < overload_days_high.to_date)
LEFT JOIN p_photo_days AS photo_days
    ON m.first_day >= photo_days.from_date
    AND (photo_days.to_date IS NULL OR m.first_day < photo_days.to_date)
LEFT JOIN p_max_pause_days AS max_pause_days
    ON m.first_day >= max_pause_days.from_date
    AND (max_pause_days.to_date IS NULL OR m.first_day < max_pause_days.to_date)
LEFT JOIN p_min_diff_medium AS min_diff_medium
    ON m.first_day >= min_diff_medium.from_date
    AND (min_diff_medium.to_date IS NULL OR m.first_day < min_diff_medium.to_date)
LEFT JOIN p_min_diff_high AS min_diff_high
    ON m.first_day >= min_diff_high.from_date
    AND (min_diff_high.to_date IS NULL OR m.first_day < min_diff_high.to_date)
LEFT JOIN p_ratio_medium AS ratio_medium
    ON m.first_day >= ratio_medium.from_date
    AND (ratio_medium.to_date IS NULL OR m.first_day < ratio_medium.to_date)
LEFT JOIN p_ratio_min_diff AS ratio_min_diff
    ON m.first_day >= ratio_min_diff.from_date
    AND (ratio_min_diff.to_date IS NULL OR m.first_day < ratio_min_diff.to_date)
LEFT JOIN p_consec_medium AS consec_medium
    ON m.first_day >= consec_medium.from_date
    AND (consec_medium.to_date IS NULL OR m.first_day < consec_medium.to_date)
LEFT JOIN p_consec_high AS consec_high
    ON m.first_day >= consec_high.from_date
    AND (consec_high.to_date IS NULL OR m.first_day < consec_high.to_date)
LEFT JOIN p_consec_cum_high AS consec_cum_high
    ON m.first_day >= consec_cum_high.from_date
    AND (consec_cum_high.to_date IS NULL OR m.first_day < consec_cum_high.to_date)
LEFT JOIN p_cum_high AS cum_high
    ON m.first_day >= cum_high.from_date
    AND (cum_high.to_date IS NULL OR m.first_day < cum_high.to_date)

-- step: bill_totals (table)
-- 每户最早的账期、已过完的账期里有账单的月数，以及有没有哪个账期多于一张
SELECT
    n.cust_no,
    MIN(n.bill_month) AS first_bill_month,
    COUNT(m.bill_month) AS month_count,
    BOOL_OR(n.bill_count > 1) AS has_double
FROM bill_counts AS n
LEFT JOIN months AS m
    ON m.bill_month = n.bill_month
GROUP BY n.cust_no

-- step: customers (table)
-- 范围（scope、months）：电压够、有可见账单的户，以及它要判的首末账期。首期取最早的账单，末期是销户所在月或 as_of 前最后一个过完的月
SELECT
    c.cust_no,
    c.org_code,
    c.manager_emp_no,
    c.cust_name,
    c.voltage_kv,
    c.contract_capacity_kva,
    COALESCE(c.hv_motor_kw, 0) AS hv_motor_kw,
    c.tariff_system,
    c.single_choice_flag,
    c.basic_fee_mode,
    c.contract_demand_kw,
    c.incoming_lines,
    c.open_date,
    c.close_date,
    b.month_count,
    b.has_double,
    CAST(substr(b.first_bill_month, 1, 4) AS INTEGER) * 12
        + CAST(substr(b.first_bill_month, 5, 2) AS INTEGER) AS first_month_no,
    LEAST(
        latest.month_no,
        CAST(EXTRACT(YEAR FROM c.close_date) * 12 + EXTRACT(MONTH FROM c.close_date) AS INTEGER)
    ) AS last_month_no
FROM mkt_customer AS c
INNER JOIN p_voltage_min_kv AS v
    ON $as_of >= v.from_date
    AND (v.to_date IS NULL OR $as_of < v.to_date)
    AND c.voltage_kv >= v.value
INNER JOIN bill_totals AS b
    ON b.cust_no = c.cust_no
CROSS JOIN (SELECT MAX(month_no) AS month_no FROM months) AS latest

-- step: scope_gaps
-- 不知道在不在范围里的户：电压为空，或电压够而没有可见账单
SELECT
    c.cust_no,
    CASE
        WHEN c.voltage_kv IS NULL THEN 'mkt_customer.voltage_kv'
        WHEN v.value IS NULL THEN 'parameters.voltage_min_kv'
        ELSE 'mkt_bill.bill_month'
    END AS column_name
FROM mkt_customer AS c
LEFT JOIN p_voltage_min_kv AS v
    ON $as_of >= v.from_date
    AND (v.to_date IS NULL OR $as_of < v.to_date)
WHERE
    c.voltage_kv IS NULL
    OR v.value IS NULL
    OR (
        c.voltage_kv >= v.value
        AND NOT EXISTS (SELECT 1 FROM bill_totals AS b WHERE b.cust_no = c.cust_no)
    )

-- step: events (table)
-- 生效日（eff）：投运、拆除看 effective_date，暂停、减容看加封日，恢复看启封日，需量与方式变更看 effective_date、空时看申请日
SELECT
    e.event_no,
    e.cust_no,
    e.transformer_no,
    e.rated_kva,
    e.event_type,
    COALESCE(
        e.event_type IN ('install', 'remove', 'pause', 'reduce', 'resume', 'restore'),
        FALSE
    ) AS is_ledger,
    e.apply_date,
    e.effective_date,
    e.seal_date,
    e.unseal_date,
    e.seal_no,
    e.photo_time,
    e.second_emp_no,
    CASE
        WHEN e.event_type IN ('install', 'remove') THEN e.effective_date
        WHEN e.event_type IN ('pause', 'reduce') THEN e.seal_date
        WHEN e.event_type IN ('resume', 'restore') THEN e.unseal_date
        WHEN e.event_type IN ('demand_change', 'mode_change') THEN COALESCE(e.effective_date, e.apply_date)
    END AS eff,
    e._file,
    e._row
FROM mkt_transformer_event AS e
INNER JOIN customers AS c
    ON c.cust_no = e.cust_no

-- step: changed_months (table)
-- X3：账期中途变更计费方式或需量核定值（首日变更的照判）
SELECT DISTINCT
    e.cust_no,
    m.month_no,
    m.bill_month
FROM events AS e
INNER JOIN customers AS c
    ON c.cust_no = e.cust_no
INNER JOIN months AS m
    ON m.month_no BETWEEN c.first_month_no AND c.last_month_no
    AND e.eff > m.first_day
    AND e.eff <= m.last_day
WHERE e.event_type IN ('mode_change', 'demand_change')

-- step: transformers (table)
-- 变压器 t：台账行按编号分台；kva 是各行唯一的非空额定容量
SELECT
    cust_no,
    transformer_no,
    MIN(rated_kva) AS kva,
    MIN(rated_kva) IS NULL OR MIN(rated_kva) < MAX(rated_kva) AS rating_unclear
FROM events
WHERE
    is_ledger
    AND transformer_no IS NOT NULL
GROUP BY cust_no, transformer_no

-- step: ledgers (table)
-- 台账缺口（interval_gap）第1至3项、第4项的起始日、第5项，以及每户流水里后面要问的几件事；没有台账行的户不在其中
SELECT
    e.cust_no,
    CASE
        WHEN BOOL_OR(e.is_ledger AND e.transformer_no IS NULL) OR NOT BOOL_OR(e.is_ledger)
            THEN 'mkt_transformer_event.transformer_no'
        WHEN BOOL_OR(COALESCE(t.rating_unclear, FALSE)) THEN 'mkt_transformer_event.rated_kva'
        WHEN BOOL_OR(e.event_type IN ('install', 'remove') AND e.effective_date IS NULL)
            THEN 'mkt_transformer_event.effective_date'
    END AS standing_gap,
    MIN(
        CASE
            WHEN e.event_type IN ('pause', 'reduce') AND e.seal_date IS NULL
                THEN COALESCE(e.apply_date, DATE '0001-01-01')
        END
    ) AS seal_gap_from,
    BOOL_OR(e.event_type IN ('pause', 'reduce') AND COALESCE(e.unseal_date < e.seal_date, FALSE))
        AS unseal_gap,
    BOOL_OR(e.event_type IN ('install', 'remove') AND e.effective_date IS NULL) AS move_undated,
    MIN(CASE WHEN e.event_type IN ('pause', 'reduce') THEN e.seal_date END) AS first_seal,
    MAX(CASE WHEN e.event_type IN ('reduce', 'remove') THEN e.eff END) AS last_shrink,
    MAX(CASE WHEN e.event_type = 'demand_change' THEN e.eff END) AS last_demand_change
FROM events AS e
LEFT JOIN transformers AS t
    ON t.cust_no = e.cust_no
    AND t.transformer_no = e.transformer_no
    AND e.is_ledger
GROUP BY e.cust_no

-- step: moves
-- 在位的改变：投运当日起在位，拆除次日起不在位；同日两种都有，以拆除为后
SELECT
    cust_no,
    transformer_no,
    event_type,
    eff,
    CASE WHEN event_type = 'install' THEN eff ELSE eff + 1 END AS from_day
FROM events
WHERE
    event_type IN ('install', 'remove')
    AND transformer_no IS NOT NULL
    AND eff IS NOT NULL
GROUP BY cust_no, transformer_no, event_type, eff

-- step: place_spans (table)
-- 在位段 [from_day, to_day)：最早一行是拆除或没有投运、拆除行的，此前一直在位；都截到立户日与销户日（两日都在位）
WITH
ordered_moves AS (
    SELECT
        cust_no,
        transformer_no,
        event_type,
        from_day,
        LEAD(from_day) OVER (
            PARTITION BY cust_no, transformer_no
            ORDER BY eff, event_type
        ) AS next_day,
        ROW_NUMBER() OVER (PARTITION BY cust_no, transformer_no ORDER BY eff, event_type) AS move_no
    FROM moves
),

spans AS (
    SELECT
        cust_no,
        transformer_no,
        from_day,
        COALESCE(next_day, DATE '9999-12-31') AS to_day
    FROM ordered_moves
    WHERE event_type = 'install'
    UNION ALL
    SELECT
        t.cust_no,
        t.transformer_no,
        DATE '0001-01-01' AS from_day,
        COALESCE(o.from_day, DATE '9999-12-31') AS to_day
    FROM transformers AS t
    LEFT JOIN ordered_moves AS o
        ON o.cust_no = t.cust_no
        AND o.transformer_no = t.transformer_no
        AND o.move_no = 1
    WHERE
        o.event_type IS NULL
        OR o.event_type = 'remove'
)

SELECT
    s.cust_no,
    s.transformer_no,
    GREATEST(s.from_day, c.open_date) AS from_day,
    LEAST(s.to_day, c.close_date + 1) AS to_day
FROM spans AS s
INNER JOIN customers AS c
    ON c.cust_no = s.cust_no
WHERE GREATEST(s.from_day, c.open_date) < LEAST(s.to_day, c.close_date + 1)

-- step: stops (table)
-- 登记停用段 [stop_from, stop_to)：本行启封日优先，空时取同台其后最早的恢复行；没有恢复的到 9999-12-31
SELECT
    s.cust_no,
    s.transformer_no,
    s.event_type,
    s.seal_date AS stop_from,
    COALESCE(s.unseal_date, MIN(r.unseal_date), DATE '9999-12-31') AS stop_to
FROM events AS s
LEFT JOIN events AS r
    ON r.cust_no = s.cust_no
    AND r.transformer_no = s.transformer_no
    AND r.event_type IN ('resume', 'restore')
    AND r.unseal_date > s.seal_date
WHERE
    s.event_type IN ('pause', 'reduce')
    AND s.transformer_no IS NOT NULL
    AND s.seal_date IS NOT NULL
GROUP BY s.event_no, s.cust_no, s.transformer_no, s.event_type, s.seal_date, s.unseal_date
HAVING COALESCE(s.unseal_date, MIN(r.unseal_date), DATE '9999-12-31') > s.seal_date

-- step: merged_stops (table)
-- 同台重叠或首尾相接的登记停用段并成一段；pause_only 是全由暂停行组成的
WITH
reached AS (
    SELECT
        cust_no,
        transformer_no,
        event_type,
        stop_from,
        stop_to,
        MAX(stop_to) OVER (
            PARTITION BY cust_no, transformer_no
            ORDER BY stop_from, stop_to
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_day
    FROM stops
),

numbered AS (
    SELECT
        cust_no,
        transformer_no,
        event_type,
        stop_from,
        stop_to,
        SUM(CASE WHEN stop_from <= reached_day THEN 0 ELSE 1 END) OVER (
            PARTITION BY cust_no, transformer_no
            ORDER BY stop_from, stop_to
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stop_no
    FROM reached
)

SELECT
    cust_no,
    transformer_no,
    MIN(stop_from) AS stop_from,
    MAX(stop_to) AS stop_to,
    BOOL_AND(event_type = 'pause') AS pause_only
FROM numbered
GROUP BY cust_no, transformer_no, stop_no

-- step: stop_rules
-- 出现过的停用口径：最短暂停天数与加封当日是否计费
SELECT DISTINCT
    stop_rule,
    min_pause_days,
    seal_day_charged
FROM fee_terms

-- step: billing_stops (table)
-- 计费停用段与在位段的交集：不足最短天数的暂停作废；加封当日计费的，从次日起算停用
SELECT
    r.stop_rule,
    p.cust_no,
    p.transformer_no,
    GREATEST(p.from_day, CASE WHEN r.seal_day_charged THEN s.stop_from + 1 ELSE s.stop_from END)
        AS from_day,
    LEAST(p.to_day, s.stop_to) AS to_day
FROM merged_stops AS s
CROSS JOIN stop_rules AS r
INNER JOIN place_spans AS p
    ON p.cust_no = s.cust_no
    AND p.transformer_no = s.transformer_no
WHERE
    NOT (
        s.pause_only
        AND s.stop_to < DATE '9999-12-31'
        AND COALESCE(s.stop_to - s.stop_from < r.min_pause_days, FALSE)
    )
    AND GREATEST(p.from_day, CASE WHEN r.seal_day_charged THEN s.stop_from + 1 ELSE s.stop_from END)
        < LEAST(p.to_day, s.stop_to)

-- step: stop_gaps (table)
-- 停用口径还没开始的账期里，有停用段要用到它的户：最短天数在前，加封当日在后
SELECT
    s.cust_no,
    m.month_no,
    CASE
        WHEN BOOL_OR(m.min_pause_days IS NULL AND s.pause_only AND s.stop_to < DATE '9999-12-31')
            THEN 'parameters.min_pause_days'
        ELSE 'parameters.seal_day_charged'
    END AS column_name
FROM fee_terms AS m
INNER JOIN merged_stops AS s
    ON s.stop_from <= m.last_day
    AND s.stop_to > m.first_day
INNER JOIN place_spans AS p
    ON p.cust_no = s.cust_no
    AND p.transformer_no = s.transformer_no
    AND GREATEST(p.from_day, s.stop_from, m.first_day) < LEAST(p.to_day, s.stop_to, m.last_day + 1)
WHERE
    (m.min_pause_days IS NULL AND s.pause_only AND s.stop_to < DATE '9999-12-31')
    OR (
        m.seal_day_charged IS NULL
        AND s.stop_from BETWEEN m.first_day AND m.last_day
        AND s.stop_from >= p.from_day
        AND s.stop_from < p.to_day
        AND NOT (
            s.pause_only
            AND s.stop_to < DATE '9999-12-31'
            AND COALESCE(s.stop_to - s.stop_from < m.min_pause_days, FALSE)
        )
    )
GROUP BY s.cust_no, m.month_no

-- step: capacity_changes (table)
-- 运行容量改变的日子：在位段与计费停用段的两头。净变为零的日子也留着，那天换了变压器
SELECT
    stop_rule,
    cust_no,
    day,
    SUM(kva_change) AS kva_change
FROM (
    SELECT
        r.stop_rule,
        t.cust_no,
        p.from_day AS day,
        t.kva AS kva_change
    FROM transformers AS t
    INNER JOIN place_spans AS p
        ON p.cust_no = t.cust_no
        AND p.transformer_no = t.transformer_no
    CROSS JOIN stop_rules AS r
    UNION ALL
    SELECT
        r.stop_rule,
        t.cust_no,
        p.to_day AS day,
        -t.kva AS kva_change
    FROM transformers AS t
    INNER JOIN place_spans AS p
        ON p.cust_no = t.cust_no
        AND p.transformer_no = t.transformer_no
        AND p.to_day < DATE '9999-12-31'
    CROSS JOIN stop_rules AS r
    UNION ALL
    SELECT
        b.stop_rule,
        t.cust_no,
        b.from_day AS day,
        -t.kva AS kva_change
    FROM transformers AS t
    INNER JOIN billing_stops AS b
        ON b.cust_no = t.cust_no
        AND b.transformer_no = t.transformer_no
    UNION ALL
    SELECT
        b.stop_rule,
        t.cust_no,
        b.to_day AS day,
        t.kva AS kva_change
    FROM transformers AS t
    INNER JOIN billing_stops AS b
        ON b.cust_no = t.cust_no
        AND b.transformer_no = t.transformer_no
        AND b.to_day < DATE '9999-12-31'
    UNION ALL
    SELECT
        r.stop_rule,
        c.cust_no,
        DATE '0001-01-01' AS day,
        0 AS kva_change
    FROM customers AS c
    CROSS JOIN stop_rules AS r
) AS changes
GROUP BY stop_rule, cust_no, day

-- step: capacity_spans (table)
-- 日容量：每户运行容量不变的各段 [from_day, to_day)
SELECT
    stop_rule,
    cust_no,
    day AS from_day,
    COALESCE(
        LEAD(day) OVER (PARTITION BY stop_rule, cust_no ORDER BY day),
        DATE '9999-12-31'
    ) AS to_day,
    CAST(
        SUM(kva_change) OVER (
            PARTITION BY stop_rule, cust_no
            ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DECIMAL(18, 6)
    ) AS running_kva
FROM capacity_changes

-- step: uneven_months (table)
-- 月中容量有变的账期：只有它们要逐台数天数，其余账期整月不变
SELECT
    h.cust_no,
    m.month_no,
    m.first_day,
    m.last_day,
    m.month_days,
    m.day_basis,
    m.stop_rule
FROM capacity_changes AS h
INNER JOIN fee_terms AS m
    ON m.stop_rule = h.stop_rule
    AND h.day > m.first_day
    AND h.day <= m.last_day
GROUP BY h.cust_no, m.month_no, m.first_day, m.last_day, m.month_days, m.day_basis, m.stop_rule

-- step: day_counts (table)
-- 月中有变的账期里每台的在位天数与运行天数（run_days）
SELECT
    u.cust_no,
    u.month_no,
    u.month_days,
    u.day_basis,
    p.transformer_no,
    p.place_days,
    CAST(p.place_days - COALESCE(s.stop_days, 0) AS INTEGER) AS run_days
FROM uneven_months AS u
INNER JOIN (
    SELECT
        v.cust_no,
        v.month_no,
        p.transformer_no,
        CAST(SUM(LEAST(p.to_day, v.last_day + 1) - GREATEST(p.from_day, v.first_day)) AS INTEGER)
            AS place_days
    FROM uneven_months AS v
    INNER JOIN place_spans AS p
        ON p.cust_no = v.cust_no
        AND p.from_day <= v.last_day
        AND p.to_day > v.first_day
    GROUP BY v.cust_no, v.month_no, p.transformer_no
) AS p
    ON p.cust_no = u.cust_no
    AND p.month_no = u.month_no
LEFT JOIN (
    SELECT
        v.cust_no,
        v.month_no,
        b.transformer_no,
        CAST(SUM(LEAST(b.to_day, v.last_day + 1) - GREATEST(b.from_day, v.first_day)) AS INTEGER)
            AS stop_days
    FROM uneven_months AS v
    INNER JOIN billing_stops AS b
        ON b.cust_no = v.cust_no
        AND b.stop_rule = v.stop_rule
        AND b.from_day <= v.last_day
        AND b.to_day > v.first_day
    GROUP BY v.cust_no, v.month_no, b.transformer_no
) AS s
    ON s.cust_no = p.cust_no
    AND s.month_no = p.month_no
    AND s.transformer_no = p.transformer_no

-- step: uneven_running (table)
-- 月中有变的账期：running_kva、full_kva、peak_kva、low_kva；charged_kva 是 Σ kva×factor×day_basis；part_days 是整户当月新装或销户时最大的运行天数
SELECT
    d.cust_no,
    d.month_no,
    d.running_kva,
    d.full_kva,
    d.charged_kva,
    d.has_part_days,
    d.part_days,
    k.peak_kva,
    k.low_kva
FROM (
    SELECT
        n.cust_no,
        n.month_no,
        SUM(CASE WHEN n.run_days > 0 THEN t.kva ELSE 0 END) AS running_kva,
        SUM(CASE WHEN n.run_days = n.month_days THEN t.kva ELSE 0 END) AS full_kva,
        SUM(
            t.kva * CASE
                WHEN n.run_days = n.month_days THEN n.day_basis
                ELSE LEAST(n.run_days, n.day_basis)
            END
        ) AS charged_kva,
        BOOL_OR(n.run_days > 0 AND n.run_days < n.month_days) AS has_part_days,
        CASE WHEN BOOL_AND(n.place_days < n.month_days) THEN MAX(n.run_days) END AS part_days
    FROM day_counts AS n
    INNER JOIN transformers AS t
        ON t.cust_no = n.cust_no
        AND t.transformer_no = n.transformer_no
    GROUP BY n.cust_no, n.month_no
) AS d
INNER JOIN (
    SELECT
        u.cust_no,
        u.month_no,
        MAX(s.running_kva) AS peak_kva,
        MIN(s.running_kva) AS low_kva
    FROM uneven_months AS u
    INNER JOIN capacity_spans AS s
        ON s.cust_no = u.cust_no
        AND s.stop_rule = u.stop_rule
        AND s.from_day <= u.last_day
        AND s.to_day > u.first_day
    GROUP BY u.cust_no, u.month_no
) AS k
    ON k.cust_no = d.cust_no
    AND k.month_no = d.month_no

-- step: start_days (table)
-- 账单起日可以是的日子：立户日、投运日
SELECT
    cust_no,
    open_date AS day
FROM customers
WHERE open_date IS NOT NULL
UNION
SELECT
    cust_no,
    eff AS day
FROM events
WHERE
    event_type = 'install'
    AND eff IS NOT NULL

-- step: end_days (table)
-- 账单止日可以是的日子：销户日、拆除日
SELECT
    cust_no,
    close_date AS day
FROM customers
WHERE close_date IS NOT NULL
UNION
SELECT
    cust_no,
    eff AS day
FROM events
WHERE
    event_type = 'remove'
    AND eff IS NOT NULL

-- step: prices (table)
-- 单价（expected 第2步）：各电压等级在各账期首日的基本电价，取 min_kv 不高于供电电压的最大一行
SELECT
    month_no,
    voltage_kv,
    capacity_price,
    demand_price
FROM (
    SELECT
        m.month_no,
        v.voltage_kv,
        CAST(p.capacity AS DECIMAL(9, 4)) AS capacity_price,
        CAST(p.demand AS DECIMAL(9, 4)) AS demand_price,
        ROW_NUMBER() OVER (PARTITION BY m.month_no, v.voltage_kv ORDER BY p.min_kv DESC) AS price_no
    FROM months AS m
    INNER JOIN p_price_table AS p
        ON m.first_day >= p.from_date
        AND (p.to_date IS NULL OR m.first_day < p.to_date)
    INNER JOIN (SELECT DISTINCT voltage_kv FROM customers) AS v
        ON v.voltage_kv >= p.min_kv
) AS ranked
WHERE price_no = 1

-- step: bills (table)
-- 要复算的账单：范围内各账期恰有一张、没有被 X3 排除的。is_demand 是两部制账单里按需量计费的。
-- 单一制账单只在可能命中 R3 乙时才看：大工业、合同容量达到门槛、没有书面选择单一制、基本电费为零，已知不成立的不看
SELECT
    b.cust_no,
    m.month_no,
    m.stop_rule,
    m.first_day,
    b.bill_month,
    b.tariff_system,
    b.price_category,
    b.basic_fee_mode AS bill_mode,
    CASE
        WHEN COALESCE(b.basic_fee_mode, 'none') = 'none' THEN c.basic_fee_mode
        ELSE b.basic_fee_mode
    END AS fee_mode,
    COALESCE(
        b.tariff_system = 'two_part'
        AND CASE
            WHEN COALESCE(b.basic_fee_mode, 'none') = 'none' THEN c.basic_fee_mode
            ELSE b.basic_fee_mode
        END IN ('contract_demand', 'actual_demand'),
        FALSE
    ) AS is_demand,
    b.billed_capacity_kva,
    b.basic_fee_amount,
    b.energy_kwh,
    b.period_start,
    b.period_end
FROM mkt_bill AS b
INNER JOIN customers AS c
    ON c.cust_no = b.cust_no
INNER JOIN fee_terms AS m
    ON m.bill_month = b.bill_month
    AND m.month_no <= c.last_month_no
WHERE
    NOT EXISTS (
        SELECT 1
        FROM bill_counts AS n
        WHERE
            n.bill_count > 1
            AND n.cust_no = b.cust_no
            AND n.bill_month = b.bill_month
    )
    AND NOT EXISTS (
        SELECT 1
        FROM changed_months AS x
        WHERE
            x.cust_no = b.cust_no
            AND x.bill_month = b.bill_month
    )
    AND (
        b.tariff_system IS NULL
        OR b.tariff_system = 'two_part'
        OR (
            b.tariff_system = 'single'
            AND COALESCE(b.price_category = 'large', TRUE)
            AND COALESCE(c.contract_capacity_kva >= m.two_part_min_kva, TRUE)
            AND COALESCE(NOT c.single_choice_flag, TRUE)
            AND COALESCE(b.basic_fee_amount = 0, TRUE)
        )
    )

-- step: equipped_bills
-- 账单配上台账和运行容量；整月容量不变的账期取首日所在的段，月中有变的取逐台数出来的
SELECT
    b.cust_no,
    b.month_no,
    b.bill_month,
    b.tariff_system,
    b.price_category,
    b.bill_mode,
    b.fee_mode,
    b.is_demand,
    b.billed_capacity_kva,
    b.basic_fee_amount,
    b.energy_kwh,
    COALESCE(b.period_start = b.first_day, FALSE)
        OR COALESCE(starts.day BETWEEN m.first_day AND m.last_day, FALSE) AS starts_well,
    COALESCE(b.period_end = m.last_day, FALSE)
        OR COALESCE(ends.day BETWEEN m.first_day AND m.last_day, FALSE) AS ends_well,
    CASE
        WHEN l.cust_no IS NULL THEN 'mkt_transformer_event.transformer_no'
        WHEN l.standing_gap IS NOT NULL THEN l.standing_gap
        WHEN l.seal_gap_from <= m.last_day THEN 'mkt_transformer_event.seal_date'
        WHEN l.unseal_gap THEN 'mkt_transformer_event.unseal_date'
    END AS ledger_gap,
    g.column_name AS stop_gap,
    COALESCE(l.last_shrink >= m.first_day, FALSE) AS shrinks_later,
    COALESCE(l.last_demand_change >= m.first_day, FALSE) AS demand_changes_later,
    COALESCE(u.running_kva, s.running_kva) AS running_kva,
    COALESCE(u.full_kva, s.running_kva) AS full_kva,
    COALESCE(u.peak_kva, s.running_kva) AS peak_kva,
    COALESCE(u.low_kva, s.running_kva) AS low_kva,
    u.charged_kva,
    COALESCE(u.has_part_days, FALSE) AS has_part_days,
    u.part_days
FROM bills AS b
INNER JOIN fee_terms AS m
    ON m.month_no = b.month_no
LEFT JOIN capacity_spans AS s
    ON s.cust_no = b.cust_no
    AND s.stop_rule = b.stop_rule
    AND s.from_day <= b.first_day
    AND s.to_day > b.first_day
LEFT JOIN uneven_running AS u
    ON u.cust_no = b.cust_no
    AND u.month_no = b.month_no
LEFT JOIN ledgers AS l
    ON l.cust_no = b.cust_no
LEFT JOIN stop_gaps AS g
    ON g.cust_no = b.cust_no
    AND g.month_no = b.month_no
LEFT JOIN start_days AS starts
    ON starts.cust_no = b.cust_no
    AND starts.day = b.period_start
LEFT JOIN end_days AS ends
    ON ends.cust_no = b.cust_no
    AND ends.day = b.period_end

-- step: checked_bills
-- 账单缺口（bill_gap 第2至6项、expected 第1、2步；R3 乙先查自己的四列），依次取第一个
SELECT
    b.cust_no,
    b.month_no,
    b.bill_month,
    b.tariff_system,
    b.bill_mode,
    b.fee_mode,
    b.is_demand,
    b.tariff_system = 'single' AND b.low_kva < m.two_part_min_kva AS is_below_two_part,
    b.billed_capacity_kva,
    b.basic_fee_amount,
    b.energy_kwh,
    b.demand_changes_later,
    b.running_kva,
    b.full_kva,
    b.charged_kva,
    b.has_part_days,
    b.part_days,
    p.capacity_price,
    p.demand_price,
    CASE
        WHEN b.tariff_system IS NULL THEN 'mkt_bill.tariff_system'
        WHEN b.tariff_system = 'single' AND b.price_category IS NULL THEN 'mkt_bill.price_category'
        WHEN b.tariff_system = 'single' AND c.contract_capacity_kva IS NULL
            THEN 'mkt_customer.contract_capacity_kva'
        WHEN b.tariff_system = 'single' AND m.two_part_min_kva IS NULL
            THEN 'parameters.two_part_min_kva'
        WHEN b.tariff_system = 'single' AND c.single_choice_flag IS NULL
            THEN 'mkt_customer.single_choice_flag'
        WHEN b.basic_fee_amount IS NULL THEN 'mkt_bill.basic_fee_amount'
        WHEN NOT b.starts_well THEN 'mkt_bill.period_start'
        WHEN NOT b.ends_well THEN 'mkt_bill.period_end'
        WHEN b.ledger_gap IS NOT NULL THEN b.ledger_gap
        WHEN b.tariff_system = 'single' AND p.capacity_price IS NULL THEN 'parameters.price_table'
        WHEN b.tariff_system = 'two_part' AND c.contract_capacity_kva IS NULL
            THEN 'mkt_customer.contract_capacity_kva'
        WHEN b.stop_gap IS NOT NULL THEN b.stop_gap
        WHEN b.tariff_system = 'single' THEN NULL
        WHEN b.peak_kva > c.contract_capacity_kva AND NOT b.shrinks_later
            THEN 'mkt_customer.contract_capacity_kva'
        WHEN NOT b.is_demand AND COALESCE(b.fee_mode <> 'capacity', TRUE)
            THEN 'mkt_bill.basic_fee_mode'
        WHEN b.is_demand AND p.demand_price IS NULL THEN 'parameters.price_table'
        WHEN NOT b.is_demand AND p.capacity_price IS NULL THEN 'parameters.price_table'
    END AS gap
FROM equipped_bills AS b
INNER JOIN customers AS c
    ON c.cust_no = b.cust_no
INNER JOIN fee_terms AS m
    ON m.month_no = b.month_no
LEFT JOIN prices AS p
    ON p.month_no = b.month_no
    AND p.voltage_kv = c.voltage_kv

-- step: capacity_charges
-- 按容量（expected 第3、4步；R3 乙也暂按容量估算）：应收 = fee / day_count
SELECT
    b.cust_no,
    b.month_no,
    b.tariff_system,
    b.bill_mode,
    b.fee_mode,
    b.billed_capacity_kva,
    b.full_kva,
    b.basic_fee_amount,
    b.is_below_two_part,
    CASE
        WHEN b.gap IS NOT NULL OR b.is_below_two_part THEN b.gap
        WHEN b.has_part_days AND m.day_basis IS NULL THEN 'parameters.day_basis'
    END AS gap,
    CASE
        WHEN b.has_part_days THEN b.charged_kva * b.capacity_price
        ELSE CAST(b.running_kva AS DECIMAL(38, 6)) * b.capacity_price
    END AS fee,
    CASE WHEN b.has_part_days THEN m.day_basis ELSE 1 END AS day_count
FROM checked_bills AS b
INNER JOIN fee_terms AS m
    ON m.month_no = b.month_no
WHERE NOT b.is_demand

-- step: line_sums
-- 需量方式（expected 第5、7步）：每户每月各路合计的行数、Σ最大需量、Σ核定值
SELECT
    cust_no,
    bill_month,
    COUNT(line_no) AS line_count,
    COUNT(max_demand_kw) AS max_count,
    COUNT(contract_demand_kw) AS k_count,
    SUM(max_demand_kw) AS max_sum,
    SUM(contract_demand_kw) AS k_sum
FROM ami_month_demand
GROUP BY cust_no, bill_month

-- step: demand_terms
-- 需量方式各账单的单价（达到电量强度的打折）、核定值之和 k_sum（只有一路而该路没有的用档案的，此后变更过的不用）与下限 floor_kw
SELECT
    b.cust_no,
    b.month_no,
    b.tariff_system,
    b.bill_mode,
    b.fee_mode,
    b.billed_capacity_kva,
    b.full_kva,
    b.basic_fee_amount,
    b.gap,
    b.running_kva,
    b.part_days,
    CASE WHEN b.part_days IS NULL OR b.running_kva = 0 THEN 1 ELSE m.day_basis END AS day_count,
    CASE WHEN b.part_days IS NULL THEN 1 ELSE LEAST(b.part_days, m.day_basis) END AS charged_days,
    CASE
        WHEN NOT m.discount_begun THEN 'parameters.discount_kwh_per_kva'
        WHEN m.discount_kwh_per_kva IS NOT NULL AND b.energy_kwh IS NULL THEN 'mkt_bill.energy_kwh'
        WHEN
            b.energy_kwh >= m.discount_kwh_per_kva * CAST(c.contract_capacity_kva AS DECIMAL(38, 6))
            AND m.discount_ratio IS NULL
            THEN 'parameters.discount_ratio'
        WHEN b.part_days IS NOT NULL AND m.day_basis IS NULL THEN 'parameters.day_basis'
    END AS price_gap,
    CAST(
        CASE
            WHEN b.energy_kwh >= m.discount_kwh_per_kva * CAST(c.contract_capacity_kva AS DECIMAL(38, 6))
                THEN b.demand_price * m.discount_ratio
            ELSE b.demand_price
        END AS DECIMAL(12, 6)
    ) AS demand_price,
    c.incoming_lines,
    COALESCE(d.line_count, 0) AS line_count,
    COALESCE(d.max_count, 0) AS max_count,
    COALESCE(d.max_sum, 0) AS max_sum,
    CASE
        WHEN d.k_count = d.line_count THEN d.k_sum
        WHEN d.line_count = 1 AND c.incoming_lines = 1 AND NOT b.demand_changes_later
            THEN c.contract_demand_kw
    END AS k_sum,
    CAST(m.floor_ratio * (b.running_kva + c.hv_motor_kw) AS DECIMAL(38, 8)) AS floor_kw
FROM checked_bills AS b
INNER JOIN customers AS c
    ON c.cust_no = b.cust_no
INNER JOIN fee_terms AS m
    ON m.month_no = b.month_no
LEFT JOIN line_sums AS d
    ON d.cust_no = b.cust_no
    AND d.bill_month = b.bill_month
WHERE b.is_demand

-- step: agreed_demands
-- 核定值 agreed_kw = max(Σk, floor)，约定起算线 line_kw = 核定值 × over_band；一路的直接比出是否超过
SELECT
    b.cust_no,
    b.month_no,
    b.tariff_system,
    b.bill_mode,
    b.fee_mode,
    b.billed_capacity_kva,
    b.full_kva,
    b.basic_fee_amount,
    b.gap,
    b.running_kva,
    b.day_count,
    b.charged_days,
    b.price_gap,
    b.demand_price,
    b.incoming_lines,
    b.line_count,
    b.max_count,
    b.max_sum,
    b.k_sum,
    b.floor_kw,
    GREATEST(b.k_sum, b.floor_kw) AS agreed_kw,
    GREATEST(b.k_sum, b.floor_kw) * m.over_band AS line_kw,
    b.line_count = 1 AND b.max_sum > GREATEST(b.k_sum, b.floor_kw) * m.over_band AS is_over,
    m.over_band,
    m.over_multiplier,
    m.over_formula
FROM demand_terms AS b
INNER JOIN fee_terms AS m
    ON m.month_no = b.month_no

-- step: demand_charges
-- 按需量（expected 第3、5至7步）：应收 = fee / day_count。needs_lines 是多路按核定需量的，还要逐路比约定起算线，fee 里暂时只有核定值
SELECT
    b.cust_no,
    b.month_no,
    b.tariff_system,
    b.bill_mode,
    b.fee_mode,
    b.billed_capacity_kva,
    b.full_kva,
    b.basic_fee_amount,
    CASE
        WHEN b.gap IS NOT NULL OR b.running_kva = 0 THEN b.gap
        WHEN COALESCE(b.incoming_lines <> b.line_count, TRUE) THEN 'ami_month_demand.line_no'
        WHEN b.max_count < b.line_count THEN 'ami_month_demand.max_demand_kw'
        WHEN b.price_gap IS NOT NULL THEN b.price_gap
        WHEN b.fee_mode = 'actual_demand' THEN NULL
        WHEN COALESCE(b.k_sum = 0, TRUE) THEN 'ami_month_demand.contract_demand_kw'
        WHEN b.floor_kw IS NULL THEN 'parameters.floor_ratio'
        WHEN b.over_band IS NULL THEN 'parameters.over_band'
        WHEN NOT b.is_over THEN NULL
        WHEN b.over_formula IS NULL THEN 'parameters.over_formula'
        WHEN b.over_multiplier IS NULL THEN 'parameters.over_multiplier'
    END AS gap,
    CASE
        WHEN b.running_kva = 0 THEN 0
        ELSE
            CASE
                WHEN b.fee_mode = 'actual_demand' THEN b.max_sum
                WHEN NOT b.is_over THEN b.agreed_kw
                WHEN b.over_formula = 'B' THEN b.line_kw + (b.max_sum - b.line_kw) * b.over_multiplier
                ELSE b.agreed_kw + (b.max_sum - b.line_kw) * b.over_multiplier
            END
            * b.demand_price
            * b.charged_days
    END AS fee,
    b.day_count,
    b.running_kva > 0 AND b.fee_mode = 'contract_demand' AND b.line_count > 1 AS needs_lines,
    b.demand_price,
    b.charged_days,
    b.line_count,
    b.k_sum,
    b.floor_kw
FROM agreed_demands AS b

-- step: fee_candidates (table)
-- 留下可能有事的账单：缺数据的、R2 的、单一制的、要逐路比的，以及应收多于实收的（容差不会是负数，别的不可能命中 R1）
SELECT
    f.cust_no,
    f.month_no,
    f.tariff_system,
    f.bill_mode,
    f.fee_mode,
    f.billed_capacity_kva,
    f.full_kva,
    f.basic_fee_amount,
    f.is_below_two_part,
    f.gap,
    f.fee,
    f.day_count,
    f.needs_lines,
    f.demand_price,
    f.charged_days,
    f.line_count,
    f.k_sum,
    f.floor_kw
FROM (
    SELECT
        cust_no,
        month_no,
        tariff_system,
        bill_mode,
        fee_mode,
        billed_capacity_kva,
        full_kva,
        basic_fee_amount,
        is_below_two_part,
        gap,
        fee,
        day_count,
        FALSE AS needs_lines,
        CAST(NULL AS DECIMAL(12, 6)) AS demand_price,
        CAST(NULL AS INTEGER) AS charged_days,
        CAST(NULL AS BIGINT) AS line_count,
        CAST(NULL AS DECIMAL(38, 6)) AS k_sum,
        CAST(NULL AS DECIMAL(38, 8)) AS floor_kw
    FROM capacity_charges
    UNION ALL
    SELECT
        cust_no,
        month_no,
        tariff_system,
        bill_mode,
        fee_mode,
        billed_capacity_kva,
        full_kva,
        basic_fee_amount,
        FALSE AS is_below_two_part,
        gap,
        fee,
        day_count,
        needs_lines,
        demand_price,
        charged_days,
        line_count,
        k_sum,
        floor_kw
    FROM demand_charges
) AS f
INNER JOIN fee_terms AS m
    ON m.month_no = f.month_no
WHERE
    f.gap IS NOT NULL
    OR f.needs_lines
    OR f.tariff_system = 'single'
    OR f.fee > f.basic_fee_amount * f.day_count
    OR (f.bill_mode = 'capacity' AND COALESCE(f.billed_capacity_kva < f.full_kva, TRUE))
    OR m.tolerance_yuan IS NULL
    OR m.tolerance_ratio IS NULL

-- step: over_lines
-- 最大需量超过约定起算线的各路之和。Σk 低于 floor 时每路 k 要按 floor/Σk 放大，比的时候两边同乘 Σk
SELECT
    b.cust_no,
    b.month_no,
    COUNT(d.line_no) AS over_count,
    SUM(d.max_demand_kw) AS over_max,
    SUM(d.contract_demand_kw) AS over_k
FROM fee_candidates AS b
INNER JOIN fee_terms AS m
    ON m.month_no = b.month_no
INNER JOIN ami_month_demand AS d
    ON d.cust_no = b.cust_no
    AND d.bill_month = m.bill_month
WHERE
    b.needs_lines
    AND b.gap IS NULL
    AND CASE
        WHEN b.k_sum < b.floor_kw
            THEN d.max_demand_kw * b.k_sum > d.contract_demand_kw * b.floor_kw * m.over_band
        ELSE d.max_demand_kw > CAST(d.contract_demand_kw AS DECIMAL(38, 6)) * m.over_band
    END
GROUP BY b.cust_no, b.month_no

-- step: fee_parts
-- 应收的主项 fee / day_count 与余项 share_fee / share_count。
-- 多路：Σq = max(Σk, floor) + 倍数×超出各路的最大需量 + over_rate×超出各路的 k；超出各路的 k 要按 floor/Σk 放大而又不是全部各路时，这一项记成余项，分母是 Σk
SELECT
    q.cust_no,
    q.month_no,
    q.tariff_system,
    q.bill_mode,
    q.fee_mode,
    q.billed_capacity_kva,
    q.full_kva,
    q.basic_fee_amount AS billed_fee,
    q.is_below_two_part,
    q.tolerance_yuan,
    q.tolerance_ratio,
    CASE
        WHEN q.gap IS NOT NULL OR q.over_count IS NULL THEN q.gap
        WHEN q.over_formula IS NULL THEN 'parameters.over_formula'
        WHEN q.over_multiplier IS NULL THEN 'parameters.over_multiplier'
    END AS gap,
    q.fee
        + CASE
            WHEN q.over_count IS NULL THEN 0
            ELSE
                q.demand_price
                * q.charged_days
                * (
                    q.over_multiplier * q.over_max
                    + CASE
                        WHEN q.k_sum >= q.floor_kw THEN q.over_rate * q.over_k
                        WHEN q.over_count = q.line_count THEN q.over_rate * q.floor_kw
                        ELSE 0
                    END
                )
        END AS fee,
    q.day_count,
    CASE
        WHEN q.k_sum < q.floor_kw AND q.over_count < q.line_count
            THEN q.over_k
                * q.floor_kw
                * CAST(q.over_rate * q.demand_price AS DECIMAL(18, 8))
                * q.charged_days
        ELSE 0
    END AS share_fee,
    q.k_sum * q.day_count AS share_count
FROM (
    SELECT
        b.cust_no,
        b.month_no,
        b.tariff_system,
        b.bill_mode,
        b.fee_mode,
        b.billed_capacity_kva,
        b.full_kva,
        b.basic_fee_amount,
        b.is_below_two_part,
        m.over_multiplier,
        m.over_formula,
        m.tolerance_yuan,
        m.tolerance_ratio,
        b.floor_kw,
        b.line_count,
        b.k_sum,
        b.demand_price,
        b.gap,
        b.fee,
        b.day_count,
        b.charged_days,
        o.over_count,
        o.over_max,
        o.over_k,
        CAST(
            CASE WHEN m.over_formula = 'B' THEN m.over_band - 1 ELSE 0 END
            - m.over_multiplier * m.over_band AS DECIMAL(12, 6)
        ) AS over_rate
    FROM fee_candidates AS b
    INNER JOIN fee_terms AS m
        ON m.month_no = b.month_no
    LEFT JOIN over_lines AS o
        ON o.cust_no = b.cust_no
        AND o.month_no = b.month_no
) AS q

-- step: fee_quotients
-- 商的前6位；除不尽的余数留给下一步
SELECT
    cust_no,
    month_no,
    tariff_system,
    bill_mode,
    fee_mode,
    billed_capacity_kva,
    full_kva,
    billed_fee,
    is_below_two_part,
    tolerance_yuan,
    tolerance_ratio,
    gap,
    fee,
    day_count,
    CASE WHEN day_count <> 1 THEN CAST(fee / day_count AS DECIMAL(18, 6)) END AS fee_start,
    share_fee,
    share_count,
    CASE WHEN share_fee <> 0 THEN CAST(share_fee / share_count AS DECIMAL(18, 6)) END AS share_start
FROM fee_parts

-- step: fees
-- 应收 expected_fee：商的前6位加上余数的商，准到第19位
SELECT
    cust_no,
    month_no,
    tariff_system,
    bill_mode,
    fee_mode,
    billed_capacity_kva,
    full_kva,
    billed_fee,
    is_below_two_part,
    tolerance_yuan,
    tolerance_ratio,
    gap,
    CAST(
        CASE
            WHEN day_count = 1 THEN CAST(fee AS DECIMAL(38, 20))
            ELSE fee_start + CAST((fee - fee_start * day_count) / day_count AS DECIMAL(38, 20))
        END
        + CASE
            WHEN share_fee <> 0
                THEN share_start
                    + CAST((share_fee - share_start * share_count) / share_count AS DECIMAL(38, 20))
            ELSE 0
        END AS DECIMAL(38, 19)
    ) AS expected_fee
FROM fee_quotients

-- step: fee_outcomes (table)
-- R1、R2、R3 判出来的：R1 差额大于容差；R2 按容量计费而计费容量小于整月运行的容量；R3 乙不看容差
SELECT
    t.cust_no,
    t.month_no,
    t.tariff_system,
    t.fee_mode,
    t.billed_capacity_kva,
    t.full_kva,
    t.billed_fee,
    t.expected_fee,
    t.expected_fee - t.billed_fee AS diff,
    t.tol,
    t.gap,
    CASE
        WHEN NOT t.is_judged THEN NULL
        WHEN t.tolerance_yuan IS NULL THEN 'parameters.tolerance_yuan'
        WHEN t.tolerance_ratio IS NULL THEN 'parameters.tolerance_ratio'
    END AS tolerance_gap,
    t.is_judged
        AND (
            t.tariff_system = 'single'
            OR COALESCE(CAST(t.expected_fee - t.billed_fee - t.tol AS DECIMAL(38, 17)) > 0, FALSE)
        ) AS is_charge_hit,
    t.is_judged
        AND t.tariff_system = 'two_part'
        AND COALESCE(t.bill_mode = 'capacity' AND t.billed_capacity_kva < t.full_kva, FALSE)
        AS is_capacity_hit,
    t.is_judged
        AND t.tariff_system = 'two_part'
        AND COALESCE(t.bill_mode = 'capacity', FALSE)
        AND t.billed_capacity_kva IS NULL
        AS is_capacity_unknown
FROM (
    SELECT
        f.cust_no,
        f.month_no,
        f.tariff_system,
        f.bill_mode,
        f.fee_mode,
        f.billed_capacity_kva,
        f.full_kva,
        f.billed_fee,
        f.expected_fee,
        f.gap,
        f.tolerance_yuan,
        f.tolerance_ratio,
        f.gap IS NULL AND NOT f.is_below_two_part AS is_judged,
        CASE
            WHEN f.tolerance_yuan IS NOT NULL AND f.tolerance_ratio IS NOT NULL
                THEN GREATEST(f.tolerance_yuan, f.tolerance_ratio * f.expected_fee)
        END AS tol
    FROM fees AS f
) AS t

-- step: fee_hits (table)
-- R1 复算差额、R3 应收未收：甲是 R1 命中而基本电费为零，乙是单一制账单。依据《国家发展改革委办公厅关于完善两部制电价用户基本电价执行方式的通知》
SELECT
    cust_no,
    month_no,
    fee_mode,
    billed_fee,
    expected_fee,
    diff,
    tol,
    tariff_system = 'two_part' AS is_r1,
    billed_fee = 0 AS is_r3
FROM fee_outcomes
WHERE is_charge_hit

-- step: capacity_hits
-- R2 计费容量与台账不一致
SELECT
    cust_no,
    month_no,
    billed_capacity_kva,
    full_kva
FROM fee_outcomes
WHERE is_capacity_hit

-- step: stop_months (table)
-- R4、R5 要看的账期：有过加封、当月账单或档案是两部制的户
SELECT
    c.cust_no,
    m.month_no,
    m.bill_month,
    m.first_day,
    m.last_day,
    CASE
        WHEN l.standing_gap IS NOT NULL THEN l.standing_gap
        WHEN l.seal_gap_from <= m.last_day THEN 'mkt_transformer_event.seal_date'
        WHEN l.unseal_gap THEN 'mkt_transformer_event.unseal_date'
    END AS ledger_gap,
    l.move_undated,
    c.hv_motor_kw,
    m.overload_ratio,
    m.overload_days,
    m.photo_days,
    m.max_pause_days
FROM ledgers AS l
INNER JOIN customers AS c
    ON c.cust_no = l.cust_no
INNER JOIN hit_terms AS m
    ON m.month_no BETWEEN c.first_month_no AND c.last_month_no
    AND m.last_day >= l.first_seal
LEFT JOIN bill_counts AS n
    ON n.cust_no = c.cust_no
    AND n.bill_month = m.bill_month
    AND n.bill_count = 1
WHERE
    c.tariff_system = 'two_part'
    OR n.has_two_part

-- step: judged_spans (table)
-- R4 第3、4步：至少一台在位变压器登记停用的各段，与其间的剩余运行容量（不含高压电动机）
SELECT
    cust_no,
    from_day,
    to_day,
    left_kva
FROM (
    SELECT
        cust_no,
        day AS from_day,
        LEAD(day) OVER (PARTITION BY cust_no ORDER BY day) AS to_day,
        SUM(kva_change) OVER (
            PARTITION BY cust_no
            ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS left_kva,
        SUM(stopped_change) OVER (
            PARTITION BY cust_no
            ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stopped
    FROM (
        SELECT
            cust_no,
            day,
            SUM(kva_change) AS kva_change,
            SUM(stopped_change) AS stopped_change
        FROM (
            SELECT
                p.cust_no,
                p.from_day AS day,
                t.kva AS kva_change,
                0 AS stopped_change
            FROM place_spans AS p
            INNER JOIN transformers AS t
                ON t.cust_no = p.cust_no
                AND t.transformer_no = p.transformer_no
            WHERE EXISTS (SELECT 1 FROM stop_months AS m WHERE m.cust_no = p.cust_no)
            UNION ALL
            SELECT
                p.cust_no,
                p.to_day AS day,
                -t.kva AS kva_change,
                0 AS stopped_change
            FROM place_spans AS p
            INNER JOIN transformers AS t
                ON t.cust_no = p.cust_no
                AND t.transformer_no = p.transformer_no
            WHERE EXISTS (SELECT 1 FROM stop_months AS m WHERE m.cust_no = p.cust_no)
            UNION ALL
            SELECT
                p.cust_no,
                GREATEST(p.from_day, s.stop_from) AS day,
                -t.kva AS kva_change,
                1 AS stopped_change
            FROM merged_stops AS s
            INNER JOIN place_spans AS p
                ON p.cust_no = s.cust_no
                AND p.transformer_no = s.transformer_no
                AND GREATEST(p.from_day, s.stop_from) < LEAST(p.to_day, s.stop_to)
            INNER JOIN transformers AS t
                ON t.cust_no = s.cust_no
                AND t.transformer_no = s.transformer_no
            UNION ALL
            SELECT
                p.cust_no,
                LEAST(p.to_day, s.stop_to) AS day,
                t.kva AS kva_change,
                -1 AS stopped_change
            FROM merged_stops AS s
            INNER JOIN place_spans AS p
                ON p.cust_no = s.cust_no
                AND p.transformer_no = s.transformer_no
                AND GREATEST(p.from_day, s.stop_from) < LEAST(p.to_day, s.stop_to)
            INNER JOIN transformers AS t
                ON t.cust_no = s.cust_no
                AND t.transformer_no = s.transformer_no
        ) AS changes
        GROUP BY cust_no, day
    ) AS daily
) AS spans
WHERE stopped > 0

-- step: handling_days (table)
-- R4 第3步：在位变压器加封、启封的日子不判
SELECT
    p.cust_no,
    s.stop_from AS day
FROM stops AS s
INNER JOIN place_spans AS p
    ON p.cust_no = s.cust_no
    AND p.transformer_no = s.transformer_no
    AND s.stop_from >= p.from_day
    AND s.stop_from < p.to_day
UNION
SELECT
    p.cust_no,
    s.stop_to AS day
FROM stops AS s
INNER JOIN place_spans AS p
    ON p.cust_no = s.cust_no
    AND p.transformer_no = s.transformer_no
    AND s.stop_to >= p.from_day
    AND s.stop_to < p.to_day

-- step: judged_days (table)
-- 各账期的判定日数：停用段在 m 内的天数减去其中加封、启封的日子；没有负荷表、台账有缺口的不判
SELECT
    m.cust_no,
    m.month_no,
    SUM(LEAST(s.to_day, m.last_day + 1) - GREATEST(s.from_day, m.first_day))
        - COALESCE(MAX(h.day_count), 0) AS day_count
FROM stop_months AS m
INNER JOIN judged_spans AS s
    ON s.cust_no = m.cust_no
    AND s.from_day <= m.last_day
    AND s.to_day > m.first_day
LEFT JOIN (
    SELECT
        n.cust_no,
        n.month_no,
        COUNT(d.day) AS day_count
    FROM stop_months AS n
    INNER JOIN handling_days AS d
        ON d.cust_no = n.cust_no
        AND d.day BETWEEN n.first_day AND n.last_day
    INNER JOIN judged_spans AS j
        ON j.cust_no = d.cust_no
        AND d.day >= j.from_day
        AND d.day < j.to_day
    GROUP BY n.cust_no, n.month_no
) AS h
    ON h.cust_no = m.cust_no
    AND h.month_no = m.month_no
WHERE
    m.ledger_gap IS NULL
    AND EXISTS (SELECT 1 FROM sources_present AS o WHERE o.table_name = 'ami_daily_energy')
GROUP BY m.cust_no, m.month_no

-- step: loads (table)
-- R4 第4步：判定日里读到的日最大负荷，是否超过剩余容量的 overload_ratio 倍
SELECT
    m.cust_no,
    m.month_no,
    e.stat_date,
    COALESCE(e.max_load_kw > (s.left_kva + m.hv_motor_kw) * m.overload_ratio, FALSE) AS is_over,
    e._file,
    e._row
FROM ami_daily_energy AS e
INNER JOIN judged_spans AS s
    ON s.cust_no = e.cust_no
    AND e.stat_date >= s.from_day
    AND e.stat_date < s.to_day
INNER JOIN stop_months AS m
    ON m.cust_no = e.cust_no
    AND m.month_no
    = CAST(EXTRACT(YEAR FROM e.stat_date) * 12 + EXTRACT(MONTH FROM e.stat_date) AS INTEGER)
WHERE
    m.ledger_gap IS NULL
    AND e.read_success
    AND e.max_load_kw IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM handling_days AS h
        WHERE
            h.cust_no = e.cust_no
            AND h.day = e.stat_date
    )

-- step: overload_streaks
-- 超限日的各段连续日历日
SELECT
    cust_no,
    month_no,
    COUNT(stat_date) AS day_count
FROM (
    SELECT
        cust_no,
        month_no,
        stat_date,
        stat_date - CAST(
            ROW_NUMBER() OVER (PARTITION BY cust_no, month_no ORDER BY stat_date) AS INTEGER
        ) AS streak_start
    FROM loads
    WHERE is_over
) AS numbered
GROUP BY cust_no, month_no, streak_start

-- step: overload_months (table)
-- R4 第5、6步：over_days、over_streak，以及判不了的缺什么
SELECT
    m.cust_no,
    m.month_no,
    COALESCE(o.over_days, 0) AS over_days,
    COALESCE(o.over_streak, 0) AS over_streak,
    m.overload_days,
    CASE
        WHEN h.cust_no IS NULL THEN 'ami_daily_energy.max_load_kw'
        WHEN m.overload_ratio IS NULL THEN 'parameters.overload_ratio'
        WHEN m.overload_days IS NULL THEN 'parameters.overload_days'
    END AS gap
FROM judged_days AS j
INNER JOIN stop_months AS m
    ON m.cust_no = j.cust_no
    AND m.month_no = j.month_no
LEFT JOIN (
    SELECT DISTINCT
        cust_no,
        month_no
    FROM loads
) AS h
    ON h.cust_no = j.cust_no
    AND h.month_no = j.month_no
LEFT JOIN (
    SELECT
        cust_no,
        month_no,
        SUM(day_count) AS over_days,
        MAX(day_count) AS over_streak
    FROM overload_streaks
    GROUP BY cust_no, month_no
) AS o
    ON o.cust_no = j.cust_no
    AND o.month_no = j.month_no
WHERE j.day_count > 0

-- step: reused_seals (table)
-- R5 c 封印重复：同一封印号此前已有别的加封用过。先用的一行不算，同户同日共用一枚不算
SELECT
    event_no
FROM (
    SELECT
        event_no,
        seal_date,
        MIN(seal_date) OVER (PARTITION BY seal_no) AS first_seal_date,
        ROW_NUMBER() OVER (PARTITION BY seal_no, seal_date ORDER BY event_no) AS day_no,
        ROW_NUMBER() OVER (
            PARTITION BY seal_no, seal_date, cust_no
            ORDER BY event_no
        ) AS customer_day_no
    FROM mkt_transformer_event
    WHERE
        event_type IN ('pause', 'reduce')
        AND seal_no IS NOT NULL
        AND seal_date IS NOT NULL
) AS seals
WHERE
    first_seal_date < seal_date
    OR day_no > customer_day_no

-- step: seal_checks (table)
-- R5 a 单人、b 照片、c 封印重复：加封日落在账期内的暂停、减容行
SELECT
    m.cust_no,
    m.month_no,
    e.event_no,
    e.second_emp_no IS NULL AS is_alone,
    COALESCE(
        CAST(e.photo_time AS DATE) - e.seal_date > m.photo_days
        OR e.seal_date - CAST(e.photo_time AS DATE) > m.photo_days,
        FALSE
    ) AS is_photo_off,
    r.event_no IS NOT NULL AS is_seal_reused,
    CASE
        WHEN e.photo_time IS NULL THEN 'mkt_transformer_event.photo_time'
        WHEN m.photo_days IS NULL THEN 'parameters.photo_days'
    END AS gap,
    e._file,
    e._row
FROM stop_months AS m
INNER JOIN events AS e
    ON e.cust_no = m.cust_no
    AND e.event_type IN ('pause', 'reduce')
    AND e.seal_date BETWEEN m.first_day AND m.last_day
LEFT JOIN reused_seals AS r
    ON r.event_no = e.event_no

-- step: pause_spans (table)
-- R5 d：各台在位、落在暂停段而不落在减容段的各段
SELECT
    cust_no,
    transformer_no,
    from_day,
    to_day
FROM (
    SELECT
        cust_no,
        transformer_no,
        day AS from_day,
        LEAD(day) OVER (PARTITION BY cust_no, transformer_no ORDER BY day) AS to_day,
        SUM(place_change) OVER (
            PARTITION BY cust_no, transformer_no
            ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS places,
        SUM(pause_change) OVER (
            PARTITION BY cust_no, transformer_no
            ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS pauses,
        SUM(reduce_change) OVER (
            PARTITION BY cust_no, transformer_no
            ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS reduces
    FROM (
        SELECT
            cust_no,
            transformer_no,
            day,
            SUM(place_change) AS place_change,
            SUM(pause_change) AS pause_change,
            SUM(reduce_change) AS reduce_change
        FROM (
            SELECT
                p.cust_no,
                p.transformer_no,
                p.from_day AS day,
                1 AS place_change,
                0 AS pause_change,
                0 AS reduce_change
            FROM place_spans AS p
            UNION ALL
            SELECT
                p.cust_no,
                p.transformer_no,
                p.to_day AS day,
                -1 AS place_change,
                0 AS pause_change,
                0 AS reduce_change
            FROM place_spans AS p
            UNION ALL
            SELECT
                s.cust_no,
                s.transformer_no,
                s.stop_from AS day,
                0 AS place_change,
                CASE WHEN s.event_type = 'pause' THEN 1 ELSE 0 END AS pause_change,
                CASE WHEN s.event_type = 'reduce' THEN 1 ELSE 0 END AS reduce_change
            FROM stops AS s
            UNION ALL
            SELECT
                s.cust_no,
                s.transformer_no,
                s.stop_to AS day,
                0 AS place_change,
                CASE WHEN s.event_type = 'pause' THEN -1 ELSE 0 END AS pause_change,
                CASE WHEN s.event_type = 'reduce' THEN -1 ELSE 0 END AS reduce_change
            FROM stops AS s
        ) AS changes
        GROUP BY cust_no, transformer_no, day
    ) AS daily
) AS spans
WHERE
    places > 0
    AND pauses > 0
    AND reduces = 0

-- step: long_pauses (table)
-- R5 d 累计超期：m 内有这样的日子的各台，自当年1月1日起累计的天数；install、remove 缺生效日的户不判
SELECT
    n.cust_no,
    n.month_no,
    MAX(n.pause_days) AS pause_days_year,
    BOOL_OR(COALESCE(n.pause_days > n.max_pause_days, FALSE)) AS is_too_long,
    CASE WHEN BOOL_AND(n.max_pause_days IS NULL) THEN 'parameters.max_pause_days' END AS gap
FROM (
    SELECT
        m.cust_no,
        m.month_no,
        m.max_pause_days,
        s.transformer_no,
        SUM(
            LEAST(s.to_day, m.last_day + 1)
            - GREATEST(s.from_day, CAST(date_trunc('year', m.first_day) AS DATE))
        ) AS pause_days
    FROM stop_months AS m
    INNER JOIN pause_spans AS s
        ON s.cust_no = m.cust_no
        AND s.from_day <= m.last_day
        AND s.to_day > CAST(date_trunc('year', m.first_day) AS DATE)
    WHERE NOT m.move_undated
    GROUP BY m.cust_no, m.month_no, m.max_pause_days, s.transformer_no
    HAVING BOOL_OR(s.to_day > m.first_day)
) AS n
GROUP BY n.cust_no, n.month_no

-- step: handling_hits (table)
-- R5 停用手续异常：成立的项。依据《供电营业规则》
SELECT
    cust_no,
    month_no,
    BOOL_OR(is_alone) AS is_alone,
    BOOL_OR(is_photo_off) AS is_photo_off,
    BOOL_OR(is_seal_reused) AS is_seal_reused,
    BOOL_OR(is_too_long) AS is_too_long,
    MAX(pause_days_year) AS pause_days_year
FROM (
    SELECT
        cust_no,
        month_no,
        is_alone,
        is_photo_off,
        is_seal_reused,
        FALSE AS is_too_long,
        CAST(NULL AS BIGINT) AS pause_days_year
    FROM seal_checks
    WHERE
        is_alone
        OR is_photo_off
        OR is_seal_reused
    UNION ALL
    SELECT
        cust_no,
        month_no,
        FALSE AS is_alone,
        FALSE AS is_photo_off,
        FALSE AS is_seal_reused,
        is_too_long,
        CAST(pause_days_year AS BIGINT) AS pause_days_year
    FROM long_pauses
    WHERE is_too_long
) AS faults
GROUP BY cust_no, month_no

-- step: rule_hits
-- 各规则的命中，还没有去掉白名单与 X1
SELECT
    cust_no,
    month_no,
    'R1' AS rule
FROM fee_hits
WHERE is_r1
UNION ALL
SELECT
    cust_no,
    month_no,
    'R2' AS rule
FROM capacity_hits
UNION ALL
SELECT
    cust_no,
    month_no,
    'R3' AS rule
FROM fee_hits
WHERE is_r3
UNION ALL
SELECT
    cust_no,
    month_no,
    'R4' AS rule
FROM overload_months
WHERE
    gap IS NULL
    AND over_days >= overload_days
UNION ALL
SELECT
    cust_no,
    month_no,
    'R5' AS rule
FROM handling_hits

-- step: screened_hits (table)
-- X2 白名单：看账期末日；rule 为空的去掉全部规则
SELECT
    h.cust_no,
    h.month_no,
    h.rule,
    EXISTS (
        SELECT 1
        FROM whitelist AS w
        WHERE
            w.subject = h.cust_no
            AND (w.rule IS NULL OR w.rule = h.rule)
            AND m.last_day BETWEEN w.valid_from AND w.valid_to
    ) AS is_whitelisted
FROM rule_hits AS h
INNER JOIN months AS m
    ON m.month_no = h.month_no

-- step: adjust_options (table)
-- X1：仍命中 R1 或 R3 的账期与对得上的追补单。turn 是该户这些账期的先后，adjust_rank 是该户追补单按审批先后的次序
SELECT
    f.cust_no,
    f.month_no,
    a.adjust_rank,
    m.adjust_days IS NULL AS is_undecided,
    DENSE_RANK() OVER (PARTITION BY f.cust_no, m.adjust_days IS NULL ORDER BY f.month_no) AS turn
FROM fee_hits AS f
INNER JOIN hit_terms AS m
    ON m.month_no = f.month_no
INNER JOIN (
    SELECT
        cust_no,
        amount,
        CAST(approve_time AS DATE) AS approve_day,
        ROW_NUMBER() OVER (PARTITION BY cust_no ORDER BY approve_time, adjust_no) AS adjust_rank
    FROM mkt_fee_adjust
    WHERE
        adjust_type = 'recover'
        AND approve_time IS NOT NULL
) AS a
    ON a.cust_no = f.cust_no
    AND a.approve_day >= m.first_day
    AND COALESCE(a.approve_day <= m.last_day + m.adjust_days, TRUE)
    AND CAST(a.amount - f.diff - f.tol AS DECIMAL(38, 17)) <= 0
    AND CAST(f.diff - a.amount - f.tol AS DECIMAL(38, 17)) <= 0
WHERE EXISTS (
    SELECT 1
    FROM screened_hits AS h
    WHERE
        h.cust_no = f.cust_no
        AND h.month_no = f.month_no
        AND h.rule IN ('R1', 'R3')
        AND NOT h.is_whitelisted
)

-- step: settled_months (table)
-- X1：按账期从早到晚，各取未被前面账期用掉的最早一张。used 记下已用掉的单子
WITH RECURSIVE
options AS (
    SELECT
        cust_no,
        turn,
        month_no,
        adjust_rank
    FROM adjust_options
    WHERE NOT is_undecided
    UNION ALL
    SELECT
        cust_no,
        turn,
        month_no,
        CAST(NULL AS BIGINT) AS adjust_rank
    FROM adjust_options
    WHERE NOT is_undecided
    GROUP BY cust_no, turn, month_no
),

matches AS (
    SELECT
        cust_no,
        CAST(0 AS BIGINT) AS turn,
        CAST(NULL AS INTEGER) AS month_no,
        CAST(NULL AS BIGINT) AS adjust_rank,
        CAST('|' AS VARCHAR) AS used
    FROM options
    GROUP BY cust_no
    UNION ALL
    SELECT
        c.cust_no,
        c.turn,
        c.month_no,
        c.adjust_rank,
        c.used
    FROM (
        SELECT
            o.cust_no,
            o.turn,
            o.month_no,
            o.adjust_rank,
            CASE
                WHEN o.adjust_rank IS NULL THEN m.used
                ELSE m.used || CAST(o.adjust_rank AS VARCHAR) || '|'
            END AS used,
            ROW_NUMBER() OVER (
                PARTITION BY o.cust_no
                ORDER BY o.adjust_rank ASC NULLS LAST
            ) AS choice_no
        FROM matches AS m
        INNER JOIN options AS o
            ON o.cust_no = m.cust_no
            AND o.turn = m.turn + 1
        WHERE
            o.adjust_rank IS NULL
            OR strpos(m.used, '|' || CAST(o.adjust_rank AS VARCHAR) || '|') = 0
    ) AS c
    WHERE c.choice_no = 1
)

SELECT
    cust_no,
    month_no
FROM matches
WHERE adjust_rank IS NOT NULL

-- step: kept_hits (table)
-- 去掉白名单与 X1 之后剩下的命中，一个账期一行
SELECT
    h.cust_no,
    h.month_no,
    BOOL_OR(h.rule = 'R1') AS has_r1,
    BOOL_OR(h.rule = 'R2') AS has_r2,
    BOOL_OR(h.rule = 'R3') AS has_r3,
    BOOL_OR(h.rule = 'R4') AS has_r4,
    BOOL_OR(h.rule = 'R5') AS has_r5,
    string_agg(h.rule, ',' ORDER BY h.rule) AS rules
FROM screened_hits AS h
WHERE
    NOT h.is_whitelisted
    AND NOT (
        h.rule IN ('R1', 'R3')
        AND EXISTS (
            SELECT 1
            FROM settled_months AS s
            WHERE
                s.cust_no = h.cust_no
                AND s.month_no = h.month_no
        )
    )
GROUP BY h.cust_no, h.month_no

-- step: repeats (table)
-- consec：逐月不间断命中 R1 的月数；cum12：12个日历月里命中 R1 的差额之和
SELECT
    cust_no,
    month_no,
    ROW_NUMBER() OVER (PARTITION BY cust_no, streak_no ORDER BY month_no) AS consec,
    cum12
FROM (
    SELECT
        k.cust_no,
        k.month_no,
        k.month_no - ROW_NUMBER() OVER (PARTITION BY k.cust_no ORDER BY k.month_no) AS streak_no,
        SUM(f.diff) OVER (
            PARTITION BY k.cust_no
            ORDER BY k.month_no
            RANGE BETWEEN 11 PRECEDING AND CURRENT ROW
        ) AS cum12
    FROM kept_hits AS k
    INNER JOIN fee_hits AS f
        ON f.cust_no = k.cust_no
        AND f.month_no = k.month_no
    WHERE k.has_r1
) AS runs

-- step: judged_hits (table)
-- 分级条件逐条算出；缺参数的条件为空，不算成立
SELECT
    k.cust_no,
    k.month_no,
    k.rules,
    k.has_r1,
    k.has_r2,
    k.has_r3,
    k.has_r4,
    k.has_r5,
    f.fee_mode,
    f.expected_fee,
    f.billed_fee,
    f.diff,
    f.tol,
    r.consec,
    r.cum12,
    c.billed_capacity_kva,
    c.full_kva,
    o.over_days,
    o.over_streak,
    p.is_alone,
    p.is_photo_off,
    p.is_seal_reused,
    p.is_too_long,
    p.pause_days_year,
    k.has_r1 AND CAST(f.diff - m.min_diff_high AS DECIMAL(38, 17)) >= 0 AS is_diff_high,
    k.has_r1 AND CAST(r.cum12 - m.cum_high AS DECIMAL(38, 17)) >= 0 AS is_cum_high,
    k.has_r1 AND r.consec >= m.consec_high AS is_consec_high,
    k.has_r1 AND CAST(r.cum12 - m.consec_cum_high AS DECIMAL(38, 17)) >= 0 AS is_consec_cum_high,
    k.has_r1 AND CAST(f.diff - m.min_diff_medium AS DECIMAL(38, 17)) >= 0 AS is_diff_medium,
    k.has_r1 AND CAST(f.diff - m.ratio_medium * f.expected_fee AS DECIMAL(38, 17)) >= 0
        AS is_ratio_medium,
    k.has_r1 AND CAST(f.diff - m.ratio_min_diff AS DECIMAL(38, 17)) >= 0 AS is_ratio_diff_medium,
    k.has_r1 AND r.consec >= m.consec_medium AS is_consec_medium,
    k.has_r4 AND o.over_streak >= m.overload_days_high AS is_streak_high,
    k.has_r5 AND p.is_too_long AS is_pause_medium
FROM kept_hits AS k
INNER JOIN hit_terms AS m
    ON m.month_no = k.month_no
LEFT JOIN fee_hits AS f
    ON f.cust_no = k.cust_no
    AND f.month_no = k.month_no
LEFT JOIN repeats AS r
    ON r.cust_no = k.cust_no
    AND r.month_no = k.month_no
LEFT JOIN capacity_hits AS c
    ON c.cust_no = k.cust_no
    AND c.month_no = k.month_no
LEFT JOIN overload_months AS o
    ON o.cust_no = k.cust_no
    AND o.month_no = k.month_no
LEFT JOIN handling_hits AS p
    ON p.cust_no = k.cust_no
    AND p.month_no = k.month_no

-- step: graded_hits (table)
-- 级别（grading）：先高后中再低，第一个成立的
SELECT
    g.cust_no,
    g.month_no,
    g.r1_high,
    g.r1_medium,
    g.r4_high,
    CASE
        WHEN COALESCE(g.has_r3 OR g.r1_high OR g.r4_high, FALSE) THEN 'high'
        WHEN COALESCE(g.r1_medium OR g.has_r4 OR g.is_pause_medium, FALSE) THEN 'medium'
        ELSE 'low'
    END AS level
FROM (
    SELECT
        h.cust_no,
        h.month_no,
        h.has_r3,
        h.has_r4,
        h.is_pause_medium,
        h.is_diff_high OR h.is_cum_high OR (h.is_consec_high AND h.is_consec_cum_high) AS r1_high,
        h.is_diff_medium OR (h.is_ratio_medium AND h.is_ratio_diff_medium) OR h.is_consec_medium
            AS r1_medium,
        h.is_streak_high AS r4_high
    FROM judged_hits AS h
) AS g

-- step: grading_gaps
-- 级别还定不了的命中缺哪个参数：更高一级已经成立、或“且”里另一半不成立的不算缺
SELECT
    h.cust_no,
    h.month_no,
    v.column_name
FROM judged_hits AS h
INNER JOIN graded_hits AS g
    ON g.cust_no = h.cust_no
    AND g.month_no = h.month_no
CROSS JOIN (
    VALUES
        ('parameters.min_diff_high'),
        ('parameters.cum_high'),
        ('parameters.consec_high'),
        ('parameters.consec_cum_high'),
        ('parameters.overload_days_high'),
        ('parameters.min_diff_medium'),
        ('parameters.ratio_medium'),
        ('parameters.ratio_min_diff'),
        ('parameters.consec_medium')
) AS v (column_name)
WHERE
    CASE
        WHEN g.level = 'high' THEN FALSE
        WHEN v.column_name = 'parameters.min_diff_high' THEN h.is_diff_high IS NULL
        WHEN v.column_name = 'parameters.cum_high' THEN h.is_cum_high IS NULL
        WHEN v.column_name = 'parameters.consec_high'
            THEN h.is_consec_high IS NULL AND COALESCE(h.is_consec_cum_high, TRUE)
        WHEN v.column_name = 'parameters.consec_cum_high'
            THEN h.is_consec_cum_high IS NULL AND COALESCE(h.is_consec_high, TRUE)
        WHEN v.column_name = 'parameters.overload_days_high' THEN h.is_streak_high IS NULL
        WHEN g.level = 'medium' THEN FALSE
        WHEN v.column_name = 'parameters.min_diff_medium' THEN h.is_diff_medium IS NULL
        WHEN v.column_name = 'parameters.ratio_medium'
            THEN h.is_ratio_medium IS NULL AND COALESCE(h.is_ratio_diff_medium, TRUE)
        WHEN v.column_name = 'parameters.ratio_min_diff'
            THEN h.is_ratio_diff_medium IS NULL AND COALESCE(h.is_ratio_medium, TRUE)
        WHEN v.column_name = 'parameters.consec_medium' THEN h.is_consec_medium IS NULL
    END

-- step: shown_run_days
-- 句子里的“各台运行天数”：台账没有缺口的命中账期，逐台列出
SELECT
    d.cust_no,
    d.month_no,
    string_agg(
        d.transformer_no || ' ' || CAST(d.run_days AS VARCHAR) || '天',
        '、' ORDER BY d.transformer_no
    ) AS run_days
FROM (
    SELECT
        k.cust_no,
        k.month_no,
        t.transformer_no,
        COALESCE(MAX(p.place_days), 0) - COALESCE(MAX(s.stop_days), 0) AS run_days
    FROM kept_hits AS k
    INNER JOIN fee_terms AS m
        ON m.month_no = k.month_no
    INNER JOIN ledgers AS l
        ON l.cust_no = k.cust_no
        AND l.standing_gap IS NULL
        AND NOT l.unseal_gap
        AND COALESCE(l.seal_gap_from > m.last_day, TRUE)
    INNER JOIN transformers AS t
        ON t.cust_no = k.cust_no
    LEFT JOIN (
        SELECT
            h.cust_no,
            h.month_no,
            x.transformer_no,
            SUM(LEAST(x.to_day, n.last_day + 1) - GREATEST(x.from_day, n.first_day)) AS place_days
        FROM kept_hits AS h
        INNER JOIN months AS n
            ON n.month_no = h.month_no
        INNER JOIN place_spans AS x
            ON x.cust_no = h.cust_no
            AND x.from_day <= n.last_day
            AND x.to_day > n.first_day
        GROUP BY h.cust_no, h.month_no, x.transformer_no
    ) AS p
        ON p.cust_no = k.cust_no
        AND p.month_no = k.month_no
        AND p.transformer_no = t.transformer_no
    LEFT JOIN (
        SELECT
            h.cust_no,
            h.month_no,
            x.transformer_no,
            SUM(LEAST(x.to_day, n.last_day + 1) - GREATEST(x.from_day, n.first_day)) AS stop_days
        FROM kept_hits AS h
        INNER JOIN fee_terms AS n
            ON n.month_no = h.month_no
        INNER JOIN billing_stops AS x
            ON x.cust_no = h.cust_no
            AND x.stop_rule = n.stop_rule
            AND x.from_day <= n.last_day
            AND x.to_day > n.first_day
        GROUP BY h.cust_no, h.month_no, x.transformer_no
    ) AS s
        ON s.cust_no = k.cust_no
        AND s.month_no = k.month_no
        AND s.transformer_no = t.transformer_no
    GROUP BY k.cust_no, k.month_no, t.transformer_no
) AS d
GROUP BY d.cust_no, d.month_no

-- step: shown_bills (table)
-- 命中账期的账单（恰有一张时）：句子里的计费方式与证据
SELECT
    k.cust_no,
    k.month_no,
    b.basic_fee_mode,
    b._file,
    b._row
FROM kept_hits AS k
INNER JOIN months AS m
    ON m.month_no = k.month_no
INNER JOIN bill_counts AS n
    ON n.cust_no = k.cust_no
    AND n.bill_month = m.bill_month
    AND n.bill_count = 1
INNER JOIN mkt_bill AS b
    ON b.cust_no = k.cust_no
    AND b.bill_month = m.bill_month

-- step: shown_ratios
-- 差额率 diff / expected，应收为 0 的没有；与应收一样分两次取商，所以两种库得数相同
SELECT
    cust_no,
    month_no,
    CAST(
        ratio_start + CAST((diff - ratio_start * expected_fee) / expected_fee AS DECIMAL(38, 20))
        AS DECIMAL(38, 19)
    ) AS ratio
FROM (
    SELECT
        cust_no,
        month_no,
        diff,
        expected_fee,
        CAST(diff / expected_fee AS DECIMAL(18, 6)) AS ratio_start
    FROM judged_hits
    WHERE
        (has_r1 OR has_r3)
        AND expected_fee > 0
) AS halves

-- step: subjects_seen
-- 判过的（户号，账期）
SELECT
    c.cust_no AS subject,
    m.bill_month AS period
FROM customers AS c
INNER JOIN months AS m
    ON m.month_no BETWEEN c.first_month_no AND c.last_month_no

-- step: findings (table)
-- 每个（户号，账期）一条：命中的规则、级别、金额与句子用的数
SELECT
    h.cust_no AS subject,
    m.bill_month AS period,
    m.last_day AS occurred_on,
    CAST(m.first_day AS VARCHAR) AS judged_on,
    g.level,
    h.rules,
    CASE
        WHEN g.level = 'high'
            THEN concat_ws(
                ',',
                CASE WHEN g.r1_high THEN 'R1' END,
                CASE WHEN h.has_r3 THEN 'R3' END,
                CASE WHEN g.r4_high THEN 'R4' END
            )
        WHEN g.level = 'medium'
            THEN concat_ws(
                ',',
                CASE WHEN g.r1_medium THEN 'R1' END,
                CASE WHEN h.has_r4 THEN 'R4' END,
                CASE WHEN h.is_pause_medium THEN 'R5' END
            )
        ELSE h.rules
    END AS deciding_rules,
    c.org_code,
    c.manager_emp_no AS receiver_emp_no,
    CASE WHEN h.has_r1 OR h.has_r3 THEN h.diff END AS amount,
    CASE WHEN h.has_r1 OR h.has_r3 THEN h.expected_fee END AS m_expected_fee,
    CASE WHEN h.has_r1 OR h.has_r3 THEN h.billed_fee END AS m_billed_fee,
    CASE WHEN h.has_r1 OR h.has_r3 THEN h.diff END AS m_diff,
    CASE WHEN h.has_r1 OR h.has_r3 THEN h.tol END AS m_tol,
    CAST(q.ratio AS DECIMAL(18, 6)) AS m_ratio,
    CAST(h.consec AS INTEGER) AS m_consec,
    h.cum12 AS m_cum12,
    h.billed_capacity_kva AS m_billed_capacity_kva,
    h.full_kva AS m_full_kva,
    CAST(CASE WHEN h.has_r4 THEN h.over_days END AS INTEGER) AS m_over_days,
    CAST(CASE WHEN h.has_r4 THEN h.over_streak END AS INTEGER) AS m_over_streak,
    CASE
        WHEN h.has_r5
            THEN concat_ws(
                '、',
                CASE WHEN h.is_alone THEN '单人到场' END,
                CASE WHEN h.is_photo_off THEN '照片日期不符' END,
                CASE WHEN h.is_seal_reused THEN '封印重复' END,
                CASE
                    WHEN h.is_too_long THEN '累计暂停' || CAST(h.pause_days_year AS VARCHAR) || '天'
                END
            )
    END AS m_reasons,
    CAST(CASE WHEN h.has_r5 THEN h.pause_days_year END AS INTEGER) AS m_pause_days_year,
    h.cust_no AS t_cust_no,
    CASE
        WHEN length(c.cust_name) > 4
            THEN substr(c.cust_name, 1, 2) || '****' || substr(c.cust_name, length(c.cust_name) - 1, 2)
        ELSE substr(c.cust_name, 1, 1) || '**'
    END AS t_cust_name_mask,
    rtrim(rtrim(CAST(c.voltage_kv AS VARCHAR), '0'), '.') AS t_voltage_kv,
    m.bill_month AS t_bill_month,
    CASE
        WHEN h.has_r3 AND NOT h.has_r1 AND COALESCE(h.fee_mode, 'none') = 'none' THEN '未选，暂按容量估算'
        ELSE
            CASE COALESCE(h.fee_mode, b.basic_fee_mode)
                WHEN 'capacity' THEN '按容量'
                WHEN 'contract_demand' THEN '按合同最大需量'
                WHEN 'actual_demand' THEN '按实际最大需量'
                WHEN 'none' THEN '未选'
            END
    END AS t_basic_fee_mode,
    COALESCE(d.run_days, '—') AS t_run_days,
    CASE
        WHEN q.ratio IS NULL THEN '应收为零'
        ELSE
            CAST(CAST(FLOOR(q.ratio * 1000 + 0.5) AS DECIMAL(18, 0)) * CAST(0.1 AS DECIMAL(2, 1)) AS VARCHAR)
            || '%'
    END AS t_ratio
FROM judged_hits AS h
INNER JOIN graded_hits AS g
    ON g.cust_no = h.cust_no
    AND g.month_no = h.month_no
INNER JOIN customers AS c
    ON c.cust_no = h.cust_no
INNER JOIN months AS m
    ON m.month_no = h.month_no
LEFT JOIN shown_ratios AS q
    ON q.cust_no = h.cust_no
    AND q.month_no = h.month_no
LEFT JOIN shown_run_days AS d
    ON d.cust_no = h.cust_no
    AND d.month_no = h.month_no
LEFT JOIN shown_bills AS b
    ON b.cust_no = h.cust_no
    AND b.month_no = h.month_no

-- step: evidence (table)
-- 每条规则列出的表里，这个结论所依据的行
SELECT
    k.cust_no AS subject,
    m.bill_month AS period,
    'mkt_bill' AS table_name,
    b._file,
    b._row
FROM kept_hits AS k
INNER JOIN months AS m
    ON m.month_no = k.month_no
INNER JOIN shown_bills AS b
    ON b.cust_no = k.cust_no
    AND b.month_no = k.month_no
WHERE
    k.has_r1
    OR k.has_r2
    OR k.has_r3
UNION ALL
SELECT
    k.cust_no AS subject,
    m.bill_month AS period,
    'mkt_customer' AS table_name,
    c._file,
    c._row
FROM kept_hits AS k
INNER JOIN months AS m
    ON m.month_no = k.month_no
INNER JOIN mkt_customer AS c
    ON c.cust_no = k.cust_no
WHERE
    k.has_r1
    OR k.has_r3
UNION ALL
SELECT
    k.cust_no AS subject,
    m.bill_month AS period,
    'ami_month_demand' AS table_name,
    d._file,
    d._row
FROM kept_hits AS k
INNER JOIN months AS m
    ON m.month_no = k.month_no
INNER JOIN fee_hits AS f
    ON f.cust_no = k.cust_no
    AND f.month_no = k.month_no
    AND f.fee_mode IN ('contract_demand', 'actual_demand')
INNER JOIN ami_month_demand AS d
    ON d.cust_no = k.cust_no
    AND d.bill_month = m.bill_month
WHERE k.has_r1
UNION ALL
SELECT
    k.cust_no AS subject,
    m.bill_month AS period,
    'ami_daily_energy' AS table_name,
    l._file,
    l._row
FROM kept_hits AS k
INNER JOIN months AS m
    ON m.month_no = k.month_no
INNER JOIN loads AS l
    ON l.cust_no = k.cust_no
    AND l.month_no = k.month_no
    AND l.is_over
WHERE k.has_r4
UNION ALL
SELECT
    v.cust_no AS subject,
    v.bill_month AS period,
    'mkt_transformer_event' AS table_name,
    v._file,
    v._row
FROM (
    SELECT
        k.cust_no,
        m.bill_month,
        e._file,
        e._row
    FROM kept_hits AS k
    INNER JOIN months AS m
        ON m.month_no = k.month_no
    INNER JOIN events AS e
        ON e.cust_no = k.cust_no
        AND e.is_ledger
        AND (e.eff <= m.last_day OR e.event_type IN ('resume', 'restore'))
    WHERE
        k.has_r1
        OR k.has_r2
        OR k.has_r3
        OR k.has_r4
    UNION
    SELECT
        k.cust_no,
        m.bill_month,
        s._file,
        s._row
    FROM kept_hits AS k
    INNER JOIN months AS m
        ON m.month_no = k.month_no
    INNER JOIN seal_checks AS s
        ON s.cust_no = k.cust_no
        AND s.month_no = k.month_no
        AND (s.is_alone OR s.is_photo_off OR s.is_seal_reused)
    WHERE k.has_r5
    UNION
    SELECT
        k.cust_no,
        m.bill_month,
        o._file,
        o._row
    FROM kept_hits AS k
    INNER JOIN months AS m
        ON m.month_no = k.month_no
    INNER JOIN seal_checks AS s
        ON s.cust_no = k.cust_no
        AND s.month_no = k.month_no
        AND s.is_seal_reused
    INNER JOIN events AS e
        ON e.event_no = s.event_no
    INNER JOIN mkt_transformer_event AS o
        ON o.event_type IN ('pause', 'reduce')
        AND o.seal_no = e.seal_no
        AND o.seal_date <= e.seal_date
    WHERE k.has_r5
    UNION
    SELECT
        k.cust_no,
        m.bill_month,
        e._file,
        e._row
    FROM kept_hits AS k
    INNER JOIN months AS m
        ON m.month_no = k.month_no
    INNER JOIN handling_hits AS p
        ON p.cust_no = k.cust_no
        AND p.month_no = k.month_no
        AND p.is_too_long
    INNER JOIN events AS e
        ON e.cust_no = k.cust_no
        AND (
            (e.event_type IN ('pause', 'reduce') AND e.eff <= m.last_day)
            OR e.event_type IN ('resume', 'restore')
        )
    WHERE k.has_r5
) AS v

-- step: missing_bills
-- bill_gap 第1项：账期没有可见账单或多于一张；被 X3 排除的不记。账单月数正好、没有重复又没有销户的户不必逐月看
SELECT
    c.cust_no,
    m.bill_month
FROM customers AS c
INNER JOIN months AS m
    ON m.month_no BETWEEN c.first_month_no AND c.last_month_no
LEFT JOIN bill_counts AS n
    ON n.cust_no = c.cust_no
    AND n.bill_month = m.bill_month
WHERE
    (
        c.has_double
        OR c.close_date IS NOT NULL
        OR c.month_count < c.last_month_no - c.first_month_no + 1
    )
    AND COALESCE(n.bill_count, 0) <> 1
    AND NOT EXISTS (
        SELECT 1
        FROM changed_months AS x
        WHERE
            x.cust_no = c.cust_no
            AND x.month_no = m.month_no
    )

-- step: inconclusive
-- 缺数据：每个（户号，账期，列）一条
SELECT
    cust_no AS subject,
    '' AS period,
    column_name
FROM scope_gaps
UNION
SELECT
    cust_no AS subject,
    bill_month AS period,
    'mkt_bill.bill_id' AS column_name
FROM missing_bills
UNION
SELECT
    g.cust_no AS subject,
    m.bill_month AS period,
    g.column_name
FROM (
    SELECT
        cust_no,
        month_no,
        gap AS column_name
    FROM fee_outcomes
    WHERE gap IS NOT NULL
    UNION ALL
    SELECT
        cust_no,
        month_no,
        tolerance_gap AS column_name
    FROM fee_outcomes
    WHERE tolerance_gap IS NOT NULL
    UNION ALL
    SELECT
        cust_no,
        month_no,
        'mkt_bill.billed_capacity_kva' AS column_name
    FROM fee_outcomes
    WHERE is_capacity_unknown
    UNION ALL
    SELECT
        cust_no,
        month_no,
        ledger_gap AS column_name
    FROM stop_months
    WHERE
        ledger_gap IS NOT NULL
        AND EXISTS (SELECT 1 FROM sources_present AS o WHERE o.table_name = 'ami_daily_energy')
    UNION ALL
    SELECT
        cust_no,
        month_no,
        gap AS column_name
    FROM overload_months
    WHERE gap IS NOT NULL
    UNION ALL
    SELECT
        cust_no,
        month_no,
        gap AS column_name
    FROM seal_checks
    WHERE gap IS NOT NULL
    UNION ALL
    SELECT
        cust_no,
        month_no,
        gap AS column_name
    FROM long_pauses
    WHERE gap IS NOT NULL
    UNION ALL
    SELECT
        cust_no,
        month_no,
        'parameters.adjust_days' AS column_name
    FROM adjust_options
    WHERE is_undecided
    UNION ALL
    SELECT
        cust_no,
        month_no,
        column_name
    FROM grading_gaps
) AS g
INNER JOIN months AS m
    ON m.month_no = g.month_no

-- step: excluded
-- 被 X3 排除、被白名单或 X1 去掉至少一条规则的（户号，账期）
SELECT
    cust_no || '/' || bill_month AS item,
    'X3' AS exclusion
FROM changed_months
UNION
SELECT
    s.cust_no || '/' || m.bill_month AS item,
    'X1' AS exclusion
FROM settled_months AS s
INNER JOIN months AS m
    ON m.month_no = s.month_no
UNION
SELECT
    h.cust_no || '/' || m.bill_month AS item,
    'whitelist' AS exclusion
FROM screened_hits AS h
INNER JOIN months AS m
    ON m.month_no = h.month_no
WHERE h.is_whitelisted
