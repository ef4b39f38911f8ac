"""The folder that is the default broker: no reader ever sees half a message."""

import threading
from queue import Empty

import pytest
from kombu import Connection

import config.celery  # noqa: F401  names the transport
from config.env import broker_options


@pytest.fixture
def connect(tmp_path):
    """A function that opens a connection of its own to the same folder."""
    options = broker_options("filesystem://localhost/", folder=tmp_path)
    for folder in set(options.values()):
        (tmp_path / folder).mkdir()
    opened = []

    def open_connection():
        connection = Connection("filesystem://localhost/", transport_options=options)
        opened.append(connection)
        return connection

    yield open_connection
    for connection in opened:
        connection.release()


def test_every_message_arrives_once_and_whole(connect):
    sent, received = 300, []
    done = threading.Event()

    def send():
        queue = connect().SimpleQueue("work")
        for number in range(sent):
            queue.put({"number": number, "padding": "清风" * 2000})
        queue.close()
        done.set()

    sender = threading.Thread(target=send)
    queue = connect().SimpleQueue("work")
    sender.start()
    while not done.is_set() or len(received) < sent:
        try:
            message = queue.get(block=False)
        except Empty:
            continue
        received.append(message.payload["number"])
        message.ack()
    sender.join()
    queue.close()

    assert sorted(received) == list(range(sent))


def test_many_who_bind_at_once_all_find_their_queue(connect):
    names = [f"queue{n}" for n in range(20)]
    threads = [
        threading.Thread(target=lambda name=name: connect().SimpleQueue(name).close())
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for name in names:
        queue = connect().SimpleQueue(name)
        queue.put({"to": name})
        assert queue.get(timeout=5).payload == {"to": name}
        queue.close()
