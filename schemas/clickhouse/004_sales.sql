-- What a shop reports (`resonanz sales`): visits and orders under pseudonymous click ids, and only of people who consented.
CREATE TABLE IF NOT EXISTS visits
(
    brand    LowCardinality(String),
    click    UInt64 COMMENT 'keyed hash of the shop''s click id',
    at       DateTime64(3, 'UTC'),
    source   LowCardinality(String) COMMENT 'the network the visitor came from; empty: not from a social network',
    post_uri String
)
ENGINE = ReplacingMergeTree
ORDER BY (brand, click, at)
TTL toDateTime(at) + INTERVAL 400 DAY;

CREATE TABLE IF NOT EXISTS orders
(
    brand    LowCardinality(String),
    order_id UInt64 COMMENT 'keyed hash of the shop''s order number',
    version  UInt64 COMMENT 'of the report: a later one (a return, a correction) replaces an earlier one',
    click    UInt64 COMMENT '0: no consented click id, so it cannot be attributed',
    at       DateTime64(3, 'UTC'),
    value    Float64 COMMENT 'goal value; 0 once the order is cancelled',
    currency LowCardinality(String)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (brand, order_id)
TTL toDateTime(at) + INTERVAL 400 DAY;
