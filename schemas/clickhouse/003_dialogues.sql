-- What the dialogue metrics need to know of a post, and the derived rows they are read from.
ALTER TABLE events ADD COLUMN IF NOT EXISTS deleted_at DateTime64(3, 'UTC') COMMENT '1970 while the post is there';
ALTER TABLE events ADD COLUMN IF NOT EXISTS asks UInt8 COMMENT 'a question or complaint that wants an answer (docs/dialogues.md)';
ALTER TABLE events ADD COLUMN IF NOT EXISTS copy_key UInt64
    MATERIALIZED if(length(text) >= 40 AND text_hash != 0, text_hash, post_id)
    COMMENT 'equal for near-duplicates: the same words, when they are too many for chance';

-- The posts again, slim and ordered by conversation, filled by the engine at each insert into `events`. It copies rows one by one
-- and replaces by the same version, so a repeated insert changes nothing.
CREATE TABLE IF NOT EXISTS thread_posts
(
    root_id    UInt64,
    post_id    UInt64,
    version    UInt64,
    parent_id  UInt64,
    source     LowCardinality(String),
    created_at DateTime64(3, 'UTC'),
    author_id  UInt64,
    owner      LowCardinality(String),
    brands     Array(LowCardinality(String)),
    bot        UInt8,
    asks       UInt8,
    deleted    UInt8,
    deleted_at DateTime64(3, 'UTC'),
    mood       Int8 COMMENT '1 positive, 0 neutral, -1 negative, 2 not scored',
    value_chain Array(LowCardinality(String))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (root_id, post_id)
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS thread_posts_fill TO thread_posts AS
SELECT
    root_id, post_id, version, parent_id, source, created_at, author_id, owner, brands, bot, asks, deleted, deleted_at,
    toInt8(transform(toString(sentiment), ['positive', 'neutral', 'negative'], [1, 0, -1], 2)) AS mood, value_chain
FROM events
WHERE action IN ('create', 'update', 'delete');

-- Where a reply hangs: joins conversations whose feed names only the post answered, not the root.
CREATE TABLE IF NOT EXISTS reply_links
(
    post_id UInt64,
    root_id UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY post_id
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS reply_links_fill TO reply_links AS
SELECT post_id, root_id FROM events WHERE post_id != root_id AND action IN ('create', 'update', 'delete');

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
