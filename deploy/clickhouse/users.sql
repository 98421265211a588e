-- Four users, each with the rights of its task and no more. Placeholders are filled by deploy/clickhouse/users.sh:
-- @DATABASE@, @ON_CLUSTER@ (empty, or ON CLUSTER 'name'), @…_SHA256@ (of the passwords: no password is in any SQL).
-- Run it as a user with access management; running it again changes nothing but the passwords.

CREATE DATABASE IF NOT EXISTS @DATABASE@ @ON_CLUSTER@;

CREATE SETTINGS PROFILE IF NOT EXISTS resonanz_writer @ON_CLUSTER@ SETTINGS
    max_execution_time = 120,
    max_memory_usage = 4000000000,
    -- On a cluster: what was written must be readable by the next statement, on the same replica, and survive the loss of one.
    distributed_foreground_insert = 1,
    insert_quorum = @QUORUM@,
    insert_quorum_timeout = 60000,
    load_balancing = 'in_order',
    distributed_product_mode = 'global';

CREATE SETTINGS PROFILE IF NOT EXISTS resonanz_reader @ON_CLUSTER@ SETTINGS
    readonly = 2,
    max_execution_time = 60 MAX 300,
    max_memory_usage = 4000000000 MAX 8000000000,
    max_result_rows = 1000000 MAX 10000000,
    -- Rows that replace each other never lie in two partitions; reading with FINAL is quicker for knowing it.
    do_not_merge_across_partitions_select_final = 1,
    load_balancing = 'in_order',
    distributed_product_mode = 'global';

CREATE USER IF NOT EXISTS resonanz_migrator @ON_CLUSTER@ IDENTIFIED WITH sha256_hash BY '@MIGRATOR_SHA256@'
    DEFAULT DATABASE @DATABASE@ SETTINGS PROFILE 'resonanz_writer';
CREATE USER IF NOT EXISTS resonanz_writer @ON_CLUSTER@ IDENTIFIED WITH sha256_hash BY '@WRITER_SHA256@'
    DEFAULT DATABASE @DATABASE@ SETTINGS PROFILE 'resonanz_writer';
CREATE USER IF NOT EXISTS resonanz_operator @ON_CLUSTER@ IDENTIFIED WITH sha256_hash BY '@OPERATOR_SHA256@'
    DEFAULT DATABASE @DATABASE@ SETTINGS PROFILE 'resonanz_writer';
CREATE USER IF NOT EXISTS resonanz_reader @ON_CLUSTER@ IDENTIFIED WITH sha256_hash BY '@READER_SHA256@'
    DEFAULT DATABASE @DATABASE@ SETTINGS PROFILE 'resonanz_reader';

ALTER USER resonanz_migrator @ON_CLUSTER@ IDENTIFIED WITH sha256_hash BY '@MIGRATOR_SHA256@';
ALTER USER resonanz_writer @ON_CLUSTER@ IDENTIFIED WITH sha256_hash BY '@WRITER_SHA256@';
ALTER USER resonanz_operator @ON_CLUSTER@ IDENTIFIED WITH sha256_hash BY '@OPERATOR_SHA256@';
ALTER USER resonanz_reader @ON_CLUSTER@ IDENTIFIED WITH sha256_hash BY '@READER_SHA256@';

-- migrator: tables and views of this database, their TTL, recompute. No other database, no users.
GRANT @ON_CLUSTER@ CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, ALTER TABLE, ALTER VIEW, SELECT, INSERT, OPTIMIZE, SHOW
    ON @DATABASE@.* TO resonanz_migrator;
GRANT @ON_CLUSTER@ SELECT ON system.tables TO resonanz_migrator;
-- writer: reads and writes rows; makes no table, changes none, deletes nothing.
GRANT @ON_CLUSTER@ SELECT, INSERT, SHOW ON @DATABASE@.* TO resonanz_writer;
-- A batch is handed over once, into a temporary table of the connection, and copied from there.
GRANT @ON_CLUSTER@ CREATE TEMPORARY TABLE ON *.* TO resonanz_migrator, resonanz_writer;
-- operator: the console. Reads everything, writes who acknowledged an alert and which dead letter was sent again.
GRANT @ON_CLUSTER@ SELECT, SHOW ON @DATABASE@.* TO resonanz_operator;
GRANT @ON_CLUSTER@ INSERT ON @DATABASE@.alerts TO resonanz_operator;
GRANT @ON_CLUSTER@ INSERT ON @DATABASE@.alerts_local TO resonanz_operator;
GRANT @ON_CLUSTER@ INSERT ON @DATABASE@.dead_letters TO resonanz_operator;
GRANT @ON_CLUSTER@ INSERT ON @DATABASE@.dead_letters_local TO resonanz_operator;
-- reader: Grafana and people.
GRANT @ON_CLUSTER@ SELECT, SHOW ON @DATABASE@.* TO resonanz_reader;
-- Statements ON CLUSTER and distributed tables are the migrator's; they concern the whole server, hence *.*.
@CLUSTER_ONLY@GRANT @ON_CLUSTER@ CLUSTER, REMOTE ON *.* TO resonanz_migrator;
