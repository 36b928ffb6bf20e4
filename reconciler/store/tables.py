"""The tables of the store, and the ordered steps that lead any older store to them.

Statements are ones that SQLite and PostgreSQL both take. A step, once released, is never changed: a new one follows.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, inspect, select, text, update

from reconciler.store.damage import Foreign

METADATA: Final = MetaData()
SCHEMA: Final = Table("reconciler_schema", METADATA, Column("version", Integer, nullable=False))
LEDGER: Final = Table(
    "ledger",
    METADATA,
    Column("cloud", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("unchecked", Text, nullable=False),
    Column("applied_at", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
RUNS: Final = Table(
    "runs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("cloud", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("instance", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("started", Text, nullable=False),
    Column("ended", Text),
    Column("exit_code", Integer),
    Column("counts", Text, nullable=False),
    Column("report", Text),
)
WRITES: Final = Table(
    "writes",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("run", Text, nullable=False),
    Column("cloud", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("instance", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("sent_at", Text, nullable=False),
    Column("status", Integer),
    Column("code", Text),
    Column("request_id", Text),
    Column("correlation_id", Text),
    Column("operation", Text),
    Column("outcome", Text),
    Column("ended_at", Text),
)
REPLICATIONS: Final = Table(
    "replications",
    METADATA,
    Column("cloud", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("regions", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
)
Step = tuple[str, ...]
STEPS: Final[tuple[Step, ...]] = (
    (
        """
        CREATE TABLE ledger (
          cloud TEXT NOT NULL, target TEXT NOT NULL, instance TEXT NOT NULL, address TEXT NOT NULL, kind TEXT NOT NULL,
          body TEXT NOT NULL, unchecked TEXT NOT NULL, applied_at TEXT NOT NULL, revision TEXT NOT NULL,
          digest TEXT NOT NULL, PRIMARY KEY (cloud, target, instance, address)
        )
        """,
        """
        CREATE TABLE runs (
          id TEXT PRIMARY KEY, cloud TEXT NOT NULL, target TEXT NOT NULL, instance TEXT NOT NULL, digest TEXT NOT NULL,
          revision TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, exit_code INTEGER, counts TEXT NOT NULL,
          report TEXT
        )
        """,
        "CREATE INDEX runs_by_target ON runs (cloud, target, instance, started)",
    ),
    (
        """
        CREATE TABLE writes (
          id TEXT PRIMARY KEY, run TEXT NOT NULL, cloud TEXT NOT NULL, target TEXT NOT NULL, instance TEXT NOT NULL,
          address TEXT NOT NULL, verb TEXT NOT NULL, method TEXT NOT NULL, why TEXT NOT NULL, who TEXT NOT NULL,
          before TEXT NOT NULL, after TEXT NOT NULL, sent_at TEXT NOT NULL, status INTEGER, code TEXT, request_id TEXT,
          correlation_id TEXT, operation TEXT, outcome TEXT, ended_at TEXT
        )
        """,
        "CREATE INDEX writes_by_target ON writes (cloud, target, instance, address, sent_at)",
    ),
    (
        """
        CREATE TABLE replications (
          cloud TEXT NOT NULL, target TEXT NOT NULL, instance TEXT NOT NULL, address TEXT NOT NULL, mark TEXT NOT NULL,
          regions TEXT NOT NULL, seen_at TEXT NOT NULL, PRIMARY KEY (cloud, target, instance, address)
        )
        """,
    ),
)


def version_of(connection: Connection) -> int:
    """The schema version of a store, 0 for an empty database. Raises Foreign."""
    names = set(inspect(connection).get_table_names())
    if not names:
        return 0
    if SCHEMA.name not in names:
        raise Foreign("it holds somebody else's tables")
    rows = list(connection.execute(select(SCHEMA.c.version)).scalars())
    if len(rows) != 1 or not isinstance(rows[0], int) or rows[0] < 1:
        raise Foreign("it has no schema version")
    return rows[0]


def check_layout(connection: Connection) -> None:
    """Raise Foreign unless a store of this version has every table and column."""
    found = inspect(connection)
    names = set(found.get_table_names())
    for table in METADATA.sorted_tables:
        columns = {column["name"] for column in found.get_columns(table.name)} if table.name in names else set()
        missing = {column.name for column in table.columns} - columns
        if missing:
            raise Foreign(f"it lacks {table.name}.{min(missing)}")


def migrate(connection: Connection, steps: tuple[Step, ...] = STEPS) -> None:
    """Take the steps that a store has not seen yet, inside the connection's transaction. Raises Foreign."""
    version = version_of(connection)
    if version == 0:
        SCHEMA.create(connection)
        connection.execute(insert(SCHEMA).values(version=0))
    for step in steps[version:]:
        for statement in step:
            connection.execute(text(statement))
    if version < len(steps):
        connection.execute(update(SCHEMA).values(version=len(steps)))


def known_version() -> int:
    """The schema version this program writes."""
    return len(STEPS)
