-- Derived rows: absolute values computed from `events`, replaced as a whole. Dashboards sum over shards.
CREATE TABLE IF NOT EXISTS brand_minute
(
    shard            UInt16,
    brand            LowCardinality(String),
    minute           DateTime('UTC') CODEC(DoubleDelta, LZ4),
    posts            UInt32,
    owned            UInt32,
    paid             UInt32,
    earned           UInt32,
    unknown          UInt32,
    mentions         UInt32 COMMENT 'the earned set: by others, not known to be paid, not by declared bots',
    inbound          UInt32,
    outbound         UInt32,
    replies          UInt32,
    peer             UInt32,
    positive         UInt32 COMMENT 'of mentions, as positive, neutral, negative; the rest is unscored',
    neutral          UInt32,
    negative         UInt32,
    bots             UInt32,
    late             UInt32,
    reach            Float64 COMMENT 'sum of ln(1 + followers) over mentions',
    authors          Array(UInt64) COMMENT 'of mentions, each once: a union over rows counts people exactly',
    negative_authors Array(UInt64),
    negative_texts   Array(UInt64) COMMENT 'text_hash of negative mentions, each once',
    sources          Map(String, UInt64),
    version          UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(minute)
ORDER BY (brand, minute, shard);

CREATE TABLE IF NOT EXISTS conversations
(
    shard          UInt16,
    root_id        UInt64,
    source         LowCardinality(String),
    root_uri       String,
    brands         Array(LowCardinality(String)),
    started_at     DateTime64(3, 'UTC'),
    last_at        DateTime64(3, 'UTC'),
    posts          UInt32,
    deleted        UInt32,
    brand_posts    UInt32,
    customer_posts UInt32,
    authors        UInt32,
    root_known     UInt8 COMMENT '0 while the post that starts the conversation has not arrived',
    started_by     LowCardinality(String) COMMENT 'role of the first post kept: owned, partner, public',
    first_reply_at DateTime64(3, 'UTC') COMMENT 'first brand post after the first customer post; 1970 if none',
    first_asked_at DateTime64(3, 'UTC') COMMENT 'first customer post; 1970 if none',
    last_by        LowCardinality(String),
    version        UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (shard, root_id);

-- One row a post and brand it names: what dashboards filter and drill into.
CREATE VIEW IF NOT EXISTS mentions AS
SELECT
    brand, minute, post_id, root_id, parent_id, source, uri, url, created_at, author_id, followers, bot, role, text, language, owner,
    if(paid = 'yes', 'paid', if(owner = brand, 'owned', if(paid = 'no', 'earned', 'unknown'))) AS media_class,
    if(owner = brand OR owner = '', direction, 'peer') AS direction,
    owner != brand AND paid != 'yes' AND NOT bot AS in_earned_set,
    paid, sentiment, p_negative, p_neutral, p_positive, value_chain, model_version, text_hash, like_count, reply_count,
    repost_count, quote_count, view_count, counts_at, late, received_at, stored_at, shard
FROM (SELECT * FROM events FINAL WHERE NOT deleted AND action IN ('create', 'update'))
ARRAY JOIN brands AS brand;

-- Edits and deletes that came before their post: applied when it arrives.
CREATE TABLE IF NOT EXISTS amendments
(
    shard      UInt16,
    post_id    UInt64,
    event_id   UInt64,
    event      String COMMENT 'the SocialEvent as JSON',
    stored_at  DateTime('UTC') DEFAULT now()
)
ENGINE = ReplacingMergeTree
ORDER BY (shard, post_id, event_id)
TTL stored_at + INTERVAL 30 DAY;

-- State changes of brand crises; the last row of an alert is its state.
CREATE TABLE IF NOT EXISTS alerts
(
    alert_id       String,
    brand          LowCardinality(String),
    severity       LowCardinality(String),
    previous       LowCardinality(String),
    minute         DateTime('UTC'),
    onset          DateTime('UTC'),
    at             DateTime64(3, 'UTC'),
    score          Float64,
    explanation_de String,
    explanation_en String,
    change         String COMMENT 'JSON: the whole change, with its evidence and the inputs to run the decision again',
    acknowledged_by String,
    acknowledged_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (brand, onset, alert_id, minute, severity);

-- What could not be used, with the original. The topic forgets after its retention, this table does not.
CREATE TABLE IF NOT EXISTS dead_letters
(
    letter_id   UInt64,
    at          DateTime64(3, 'UTC'),
    stage       LowCardinality(String),
    reason      String,
    original    String COMMENT 'base64' CODEC(ZSTD(1)),
    topic       LowCardinality(String),
    partition   Int32,
    offset      Int64,
    `index`     UInt32,
    origin      String,
    replayed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(replayed_at)
ORDER BY letter_id;
