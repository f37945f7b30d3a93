"""The users of a tenant, made up by rule: the same in every replica, so there is nothing to store."""

from __future__ import annotations

from pydantic import BaseModel

COUNT = 100  # of each tenant, numbered from 1


class User(BaseModel):
    """One user."""

    id: int
    name: str
    tenant_id: str


def user_of(tenant_id: str, number: int) -> User | None:
    """A tenant's user, None where there is none of that number."""
    return User(id=number, name=f"user {number}", tenant_id=tenant_id) if 1 <= number <= COUNT else None


def users_of(tenant_id: str, limit: int) -> list[User]:
    """A tenant's first `limit` users."""
    found = [user_of(tenant_id, number) for number in range(1, limit + 1)]
    return [user for user in found if user is not None]
