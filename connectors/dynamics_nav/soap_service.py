"""One published page or codeunit, called by zeep.

Answers are read leniently (``strict=False`` with ``xsd_ignore_sequence_order=True``): a column that
an administrator added must not make the known ones vanish. That it came is told, and the WSDL is
read again with the next call. zeep itself opens no connection; each thread has a client of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from decimal import InvalidOperation
from typing import Any

import requests
import zeep
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault
from zeep.xsd import CompoundValue

from connectors.dynamics_nav.codes import by_status, fault, unreadable
from connectors.dynamics_nav.names import decoded as readable
from connectors.dynamics_nav.values import decoded
from connectors.dynamics_nav.wire import Wire, is_page
from connectors.dynamics_nav.wsdl import Description, NoWsdl, described
from connectors.dynamics_nav.wsdl_cache import WsdlCache
from hub.kernel.errors import MalformedAnswer, NotFound, ParaphError, Refused, Retryable
from hub.kernel.logging import get_logger
from hub.toolkit.http import Answer

_RAW, _KEY = "_raw_elements", "Key"
_SERVER_FAULTS = ("", "Server", "InternalServiceFault", "Receiver")
_log = get_logger(__name__)


class Service:
    """``kind`` is Page or Codeunit. Thread-safe."""

    def __init__(self, wire: Wire, cache: WsdlCache, kind: str, name: str) -> None:
        self.name = name
        self.unknown: set[str] = set()  # elements of answers that no WSDL had
        self._wire = wire
        self._cache = cache
        self._kind = kind
        self._url = wire.soap(kind, name)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._generation = 0
        self._description: tuple[int, Description] | None = None

    def description(self, *, afresh: bool = False) -> Description:
        """What its WSDL says; ``afresh`` from the server."""
        if afresh:
            self.drop()
        with self._lock:
            kept, generation = self._description, self._generation
        if kept is not None and kept[0] == generation:
            return kept[1]
        try:
            found = described(self.load())
        except NoWsdl as error:
            self.drop()
            raise Retryable(
                f"the WSDL of {self.name} cannot be used: {error}", code="wsdl_unreadable"
            ) from None
        with self._lock:
            self._description = (generation, found)
        return found

    def drop(self) -> None:
        """Forget the WSDL, everywhere."""
        with self._lock:
            self._generation += 1
        self._cache.drop(self._url)

    def offers(self, operation: str) -> bool:
        """Whether the page has this operation, or the codeunit this procedure."""
        return operation in self.description().operations

    def call(
        self, operation: str, *, changes: bool, sent: Collection[str] = (), **arguments: Any
    ) -> Any:
        """Call and answer with plain values: dicts, lists, texts. ``sent`` are values that must not
        come back in an error."""
        if not self.offers(operation):
            raise Refused(
                f"{self.name} does not offer {operation}: look at the page's InsertAllowed and "
                "ModifyAllowed, or at the codeunit's procedures",
                code="not_offered",
            )
        proxy, transport = self._proxy()
        transport.begin(changes)
        try:
            found = getattr(proxy, operation)(**arguments)
        except Fault as error:
            raise self._failed(error, transport, changes, sent) from None
        except ParaphError:
            raise
        except (ZeepError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise self._not_understood(error, transport, changes) from None
        unknown: set[str] = set()
        plain = _plain(found, unknown)
        self._tell(unknown)
        return plain

    def rows(
        self, given: list[dict[str, str]], size: int, most: int, *, short_ends: bool = False
    ) -> Iterator[Any]:
        """All rows that these filters leave, at most ``most`` pages: a page's last Key asks for the
        next, an empty one ends; with ``short_ends`` so does one that is not full."""
        bookmark: str | None = None
        for _ in range(most):
            found = self.call(
                "ReadMultiple",
                changes=False,
                sent=[one["Criteria"] for one in given],
                filter=given or zeep.xsd.SkipValue,  # [] fails where the WSDL wants one
                bookmarkKey=bookmark,
                setSize=size,
            )
            yield from found or ()
            if not found or (short_ends and len(found) < size):
                return
            former, bookmark = bookmark, str(found[-1].get(_KEY) or "")
            if not bookmark or bookmark == former:
                raise MalformedAnswer(f"{self.name} gives the same page again and again")
        raise Refused(f"the list has more than {most} pages", code="too_many")

    def load(self) -> bytes:
        """The WSDL, from the cache or the server."""
        with self._loading:  # one thread asks, the others get what it was given
            kept = self._cache.get(self._url)
            return self._asked() if kept is None else kept

    def _asked(self) -> bytes:
        answer = self._wire.call("GET", self._url)
        if answer.status != 200:
            error = by_status(answer.status, changes=False, retry_after=answer.retry_after)
            if isinstance(error, NotFound):
                raise Refused(
                    f"no {self._kind.lower()} is published as {self.name} in this company",
                    code="unknown_service",
                )
            raise error
        if is_page(answer):
            raise unreadable(f"a page came in place of the WSDL of {self.name}", changes=False)
        self._cache.put(self._url, answer.body)
        return answer.body

    def _proxy(self) -> tuple[Any, _Transport]:
        with self._lock:
            generation = self._generation
        made: tuple[int, Any, _Transport] | None = getattr(self._own, "made", None)
        if made is None or made[0] != generation:
            made = self._own.made = (generation, *self._made())
        return made[1], made[2]

    def _made(self) -> tuple[Any, _Transport]:
        transport = _Transport(self._wire, self)
        settings = zeep.Settings(
            strict=False,
            xsd_ignore_sequence_order=True,
            xml_huge_tree=True,  # a PDF in base64 is one long text
            forbid_external=True,
        )
        try:
            client = zeep.Client(self._url, transport=transport, settings=settings)
            binding = next(iter(client.wsdl.bindings))
        except (ZeepError, StopIteration, SyntaxError, ValueError, TypeError) as error:
            self.drop()
            raise Retryable(
                f"the WSDL of {self.name} cannot be used ({type(error).__name__})",
                code="wsdl_unreadable",
            ) from None
        # its own address may name a host that only the server's network knows
        return client.create_service(binding, self._url), transport

    def _failed(
        self, error: Fault, transport: _Transport, changes: bool, sent: Collection[str]
    ) -> ParaphError:
        code = str(error.code or "").strip()
        if code.rpartition(":")[2] in _SERVER_FAULTS:
            return by_status(max(transport.status, 500), changes=changes, what="no fault of NAV's")
        return fault(code, str(error.message or ""), sent=sent)

    def _not_understood(
        self, error: Exception, transport: _Transport, changes: bool
    ) -> ParaphError:
        if not transport.sent:
            return Refused(
                f"{self.name} takes no such fields or values ({type(error).__name__})",
                code="bad_field",
            )
        self.drop()
        if transport.status not in (0, 200):
            return by_status(transport.status, changes=changes)
        what = f"the answer of {self.name} does not fit its WSDL ({type(error).__name__})"
        return unreadable(what, changes=changes)

    def _tell(self, unknown: set[str]) -> None:
        """Raise the alarm about each element once, and have the WSDL read again."""
        new = unknown - self.unknown
        if not new:
            return
        self.unknown |= new
        self.drop()
        names = sorted(readable(name) for name in new)
        _log.warning("dynamics_nav_schema_changed", service=self.name, fields=names)


class _Transport(zeep.Transport):
    """zeep's calls through our wire. One thread uses it."""

    def __init__(self, wire: Wire, service: Service) -> None:
        super().__init__(session=requests.Session())  # type: ignore[no-untyped-call]
        self._wire = wire
        self._service = service
        self.begin(False)

    def begin(self, changes: bool) -> None:
        self._changes, self.sent, self.status = changes, False, 0

    def load(self, url: str) -> bytes:
        return self._service.load()

    def post(self, address: str, message: bytes | str, headers: Mapping[str, str]) -> Any:
        changes = self._changes
        answer = self._wire.call(
            "POST", address, changes=changes, data=message, headers=dict(headers)
        )
        self.sent, self.status = True, answer.status
        if answer.status != 500 and answer.status >= 300:
            raise by_status(answer.status, changes=changes, retry_after=answer.retry_after)
        if is_page(answer) or not answer.body.strip():
            what = f"the server answered {answer.status} with a page, or nothing, in place of SOAP"
            raise unreadable(what, changes=changes)
        return _response(answer)


def _response(answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response._content = answer.body  # requests offers no public way to make an answer
    return response


def _plain(value: Any, unknown: set[str]) -> Any:
    if isinstance(value, CompoundValue):
        for name in _unknown_in(value):
            unknown.add(name)
        return {name: _plain(value[name], unknown) for name in value if name != _RAW}
    if isinstance(value, list | tuple):
        return [_plain(one, unknown) for one in value]
    return decoded(value)


def _unknown_in(value: Any) -> Iterator[str]:
    if _RAW in value:
        for node in value[_RAW] or ():
            yield str(node.tag).rpartition("}")[2]
