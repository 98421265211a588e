-- What the dialogue metrics need to know of a post, and the derived rows they are read from.
ALTER TABLE events ADD COLUMN IF NOT EXISTS deleted_at DateTime64(3, 'UTC') COMMENT '1970 while the post is there';
ALTER TABLE events ADD COLUMN IF NOT EXISTS asks UInt8 COMMENT 'a question or complaint that wants an answer (docs/dialogues.md)';
ALTER TABLE events ADD COLUMN IF NOT EXISTS copy_key UInt64
    MATERIALIZED if(length(text) >= 40 AND text_hash != 0, text_hash, post_id)
    COMMENT 'equal for near-duplicates: the same words, when they are too many for chance';

-- Where the posts of a conversation stand in `events`, which is ordered by time.
CREATE TABLE IF NOT EXISTS thread_index
(
    root_id UInt64,
    post_id UInt64,
    shard   UInt16,
    minute  DateTime('UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (root_id, post_id)
SETTINGS index_granularity = 1024;

-- Where a reply hangs: joins conversations whose feed names only the post answered, not the root.
CREATE TABLE IF NOT EXISTS reply_links
(
    post_id UInt64,
    root_id UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY post_id
SETTINGS index_granularity = 1024;

-- One row a conversation and brand, computed from the posts as they are now. Times are 1970 where the thing did not happen.
CREATE TABLE IF NOT EXISTS dialogues
(
    brand          LowCardinality(String),
    root_id        UInt64,
    source         LowCardinality(String),
    started_at     DateTime64(3, 'UTC'),
    last_at        DateTime64(3, 'UTC'),
    root_known     UInt8,
    by_customer    UInt8 COMMENT 'the first post is not by the brand',
    asked_at       DateTime64(3, 'UTC') COMMENT 'first post by a customer',
    asked_id       UInt64,
    asker          UInt64,
    withdrawn_at   DateTime64(3, 'UTC') COMMENT 'when the first post by a customer was deleted',
    asks           UInt8 COMMENT 'the customer opened with a question or a complaint',
    categories     Array(LowCardinality(String)),
    replied_at     DateTime64(3, 'UTC') COMMENT 'first human post by the brand after asked_at',
    reply_id       UInt64,
    peer_at        DateTime64(3, 'UTC') COMMENT 'first post by another customer after asked_at',
    brand_posts    UInt32,
    customer_posts UInt32,
    turns          UInt32 COMMENT 'posts in a row by one side are one turn',
    later_asked    Array(DateTime64(3, 'UTC')) COMMENT 'starts of the customers'' later turns',
    later_replied  Array(DateTime64(3, 'UTC')) COMMENT 'start of the brand turn after each of them',
    writers        Array(UInt64) COMMENT 'authors who wrote to the brand',
    answered       Array(UInt64) COMMENT 'authors whom the brand answered',
    mood_before    Int8 COMMENT 'of the asker, before the first answer (unanswered: first post); 2: none',
    mood_after     Int8 COMMENT 'of the asker, coming back (unanswered: second post); 2: none',
    posts          UInt32 COMMENT '0: no such conversation any more',
    version        UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (brand, root_id);

-- Interaction counts as they were at a moment: what rates at a fixed post age need.
CREATE TABLE IF NOT EXISTS count_snapshots
(
    post_id      UInt64,
    counts_at    DateTime64(3, 'UTC'),
    like_count   UInt32,
    reply_count  UInt32,
    repost_count UInt32,
    quote_count  UInt32,
    view_count   UInt32
)
ENGINE = ReplacingMergeTree
ORDER BY (post_id, counts_at);
