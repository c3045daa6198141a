"""The embedded broker delivers each message once, whole, to its own queue."""

import threading
from queue import Empty

import pytest
from kombu import Connection

from contact_centre.celery import app
from contact_centre.settings import services


@pytest.fixture
def broker(tmp_path):
    url = f"filesystem://{tmp_path}"
    with Connection(url, transport_options=services.broker_options(url)) as connection:
        # kombu remembers bindings per process, not per directory.
        connection.transport.state.clear()  # type: ignore[attr-defined]
        for queue in app.amqp.queues.values():
            queue(connection.default_channel).declare()
        yield connection


def test_a_directory_is_no_host_that_had_to_be_supposed(broker, caplog):
    assert broker.info()["hostname"] in (None, "")
    assert "No hostname" not in caplog.text


def publish(broker, queue: str, number: int) -> None:
    message = app.amqp.queues[queue]
    with broker.Producer() as producer:
        producer.publish({"n": number}, exchange=message.exchange, routing_key=message.routing_key)


def drain(broker, queue: str) -> list[int]:
    box = broker.SimpleQueue(app.amqp.queues[queue])
    found: list[int] = []
    while True:
        try:
            message = box.get(block=False)
        except Empty:
            box.close()
            return found
        found.append(message.payload["n"])
        message.ack()


def test_message_goes_to_its_queue_alone(broker):
    publish(broker, "triage", 1)
    assert {name: drain(broker, name) for name in app.amqp.queues} == {
        "default": [],
        "triage": [1],
        "notifications": [],
        "mail": [],
        "training": [],
    }


def test_messages_keep_their_order(broker):
    for number in range(50):
        publish(broker, "default", number)
    assert drain(broker, "default") == list(range(50))


def test_reader_never_meets_half_a_message(broker, tmp_path):
    total = 400

    def write() -> None:
        url = f"filesystem://{tmp_path}"
        with Connection(url, transport_options=services.broker_options(url)) as connection:
            for number in range(total):
                publish(connection, "default", number)

    writer = threading.Thread(target=write)
    writer.start()
    found: list[int] = []
    while writer.is_alive():
        found += drain(broker, "default")
    writer.join()
    found += drain(broker, "default")
    assert found == list(range(total))


def test_message_that_is_being_written_is_passed_over(broker, tmp_path):
    (tmp_path / "0_x.writing").write_text("")
    assert drain(broker, "default") == []
