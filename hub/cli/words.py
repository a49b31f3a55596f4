"""How commands tell that something is wrong, and who gives them."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    NotFound,
    ParaphError,
    Refused,
    Retryable,
)


class Faulty(click.ClickException):
    """What a person wrote in a file is wrong."""

    exit_code = 2


@contextmanager
def in_words() -> Iterator[None]:
    """Turns what the use cases raise into one line and a status: 1 where something is not there or
    cannot be reached, 2 where a person wrote something wrong."""
    try:
        yield
    except Refused as error:
        raise click.UsageError(error.detail) from None
    except NotFound as error:
        raise click.ClickException(error.detail or "it was not found") from None
    except ConfigurationError as error:
        raise Faulty(str(error)) from None
    except AuthenticationFailed as error:
        raise click.ClickException(
            f"the credentials were refused: {error.detail}; correct the instance's settings "
            "(paraph probe)"
        ) from None
    except Retryable as error:
        raise click.ClickException(f"not reached: {error.detail}; try again later") from None
    except ParaphError as error:
        raise click.ClickException(f"{error.code}: {error.detail}") from None


def text_of(value: Any) -> str:
    """A value on a line, as JSON writes what is no text."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def below(value: Any, indent: int) -> str:
    """A value whose further lines stand below its first."""
    return text_of(value).replace("\n", "\n" + " " * indent)


def who() -> str:
    """Who gives the command, for records of it."""
    try:
        return f"paraph, {getpass.getuser()}"
    except (OSError, KeyError):  # an account without a name
        return "paraph"
