"""The load generator and the receiver, against each other."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest

from tests.bench.load import drive, median, percentile, rates
from tests.bench.receiver import Receiver
from tests.bench.wire import read_message, request, response

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def sms(to: str) -> bytes:
    body = urlencode({"from": "Workshop", "to": to, "message": "Hello Alice"}).encode()
    return request("POST", "127.0.0.1", "/a1/sms", FORM, body)


def test_what_is_sent_is_what_the_receiver_counts():
    async def play():
        async with Receiver() as receiver:
            load = await drive(
                receiver.port,
                lambda number: sms(f"+46{number}"),
                seconds=0.3,
                is_full=lambda sent: sent >= 40,
            )
            return load, receiver

    load, receiver = asyncio.run(play())
    assert 40 <= len(load.sent) < 40 + 16
    assert load.statuses == {"200": len(load.sent)}
    assert set(receiver.first_seen) == {f"+46{number}" for number in load.answered}
    assert receiver.repeats == 0
    assert len(load.latencies(0)) == len(load.answered)


def test_a_second_message_to_a_number_is_a_repeat():
    receiver = Receiver()
    for to in ("+461", "+462", "+461"):
        head, body, _ = read_message(sms(to))
        assert b"200 OK" in receiver.answer(head, body)
    assert (len(receiver.first_seen), receiver.repeats) == (2, 1)


def test_answers_that_are_not_good_are_told_and_not_counted():
    async def play():
        async with Receiver() as receiver:
            return await drive(
                receiver.port,
                lambda _: request("GET", "127.0.0.1", "/nowhere", {}, b""),
                seconds=0.1,
                lanes=1,
                is_full=lambda sent: sent >= 1,
            )

    load = asyncio.run(play())
    assert load.statuses == {"404": 1}
    assert load.answered == {}
    assert load.body == b"no such thing here"


def test_a_hub_that_is_not_there_is_told():
    async def play():
        async with Receiver() as receiver:
            port = receiver.port
        return await drive(port, lambda _: sms("+461"), seconds=0.1, lanes=1)

    load = asyncio.run(play())
    assert load.answered == {}
    assert set(load.statuses) == {"ConnectionRefusedError"}


@pytest.mark.parametrize("cut", [1, 10, 40, 70])
def test_a_message_is_read_when_it_is_whole_and_not_before(cut):
    data = response("200 OK", "text/plain", b"hello")
    assert read_message(data[: min(cut, len(data) - 1)]) is None
    assert read_message(data + b"HTTP/1.1") == (data.partition(b"\r\n\r\n")[0], b"hello", len(data))


def test_a_chunked_answer_is_read_to_its_end():
    head = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked"
    data = head + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert read_message(data[:-1]) is None
    assert read_message(data) == (head, b"2\r\n{}\r\n", len(data))


def test_rates_are_counted_round_by_round():
    moments = [10.1, 10.2, 11.5, 12.0, 13.9, 14.0, 9.9]
    assert rates(moments, 10, 14, rounds=4) == [2.0, 1.0, 1.0, 1.0]
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([]) == 0.0


def test_a_percentile_is_one_of_the_values():
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 0.5) == 51.0
    assert percentile(values, 0.99) == 100.0
    assert percentile([], 0.99) == 0.0
