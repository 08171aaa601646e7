"""Items and jobs, as a tutorial would have them."""
import os
import uuid
from datetime import datetime, timezone

from sqlalchemy import JSON, DateTime, Identity, Integer, String, Uuid, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from sqlalchemy.engine import URL


def secret(name):
    with open(f"/run/haplat/{name}", encoding="utf-8") as file:
        return file.read().strip()


engine = create_engine(
    URL.create("postgresql+psycopg2", username="haplat", password=secret("db-password"), host="db", database="peer"),
    pool_size=5, pool_pre_ping=False,
)
Session = sessionmaker(engine, expire_on_commit=False)


def now():
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    seq: Mapped[int] = mapped_column(Integer, Identity(), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(String, default=None)
    data: Mapped[dict | None] = mapped_column(JSON, default=None)
    status: Mapped[str] = mapped_column(String(20), default="new")
    processed_count: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)

    def shown(self):
        return {
            "id": str(self.id), "name": self.name, "description": self.description, "data": self.data,
            "status": self.status, "processedCount": self.processed_count, "version": self.version,
            "createdAt": self.created_at.isoformat(), "updatedAt": self.updated_at.isoformat(),
        }


class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    item_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(String(20), default="queued")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


def create_tables():
    Base.metadata.create_all(engine)
