-- Proof that somebody looks: without it, a detector that has stopped and a calm day are the same row of zeros.
CREATE TABLE IF NOT EXISTS crisis_watch
(
    brand   LowCardinality(String),
    at      DateTime('UTC') COMMENT 'when its worker last looked for a crisis of this brand',
    up_to   DateTime('UTC') COMMENT 'the moment up to which that worker had stored everything'
)
ENGINE = ReplacingMergeTree(at)
ORDER BY brand
TTL at + INTERVAL 30 DAY;
