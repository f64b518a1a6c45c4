"""Time owned by the simulator (contract section 6): readings, clock, commands, acknowledgement."""

import json
import queue
import socket
import time
from typing import Any

import paho.mqtt.client as mqtt

ROOT = "city/v1"
ANSWER_S = 30.0


class Lockstep:
    """
    One connection to the engine's broker, as `HOST:PORT`; hears the commands for devices of one domain. Raises ConnectionError when the
    engine does not answer, ValueError for an address that is none.
    """

    def __init__(self, address: str, world: str, domain: str) -> None:
        name, _, number = address.rpartition(":")
        host, port = name or "127.0.0.1", int(number)
        self.world = world
        #: Wall time between each clock message and its acknowledgement.
        self.answers_s: list[float] = []
        self._heard: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        ready: queue.Queue[bool] = queue.Queue()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"{domain}-{world}")
        self._client.max_inflight_messages_set(1000)
        # A step is several small packets: held back by Nagle's algorithm they take 40 ms instead of one.
        self._client.on_socket_open = lambda _client, _data, sock: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client.on_connect = lambda client, *_: client.subscribe([(f"{ROOT}/+/{domain}/+/command", 1), (f"{ROOT}/clock/ack", 1)])
        self._client.on_subscribe = lambda *_: ready.put(True)
        self._client.on_message = lambda _client, _data, message: self._heard.put((message.topic, json.loads(message.payload)))
        try:
            self._client.connect(host, port)
            self._client.loop_start()
            ready.get(timeout=ANSWER_S)
        except (OSError, queue.Empty) as error:
            raise ConnectionError(f"no engine with --clock mqtt answers on {host}:{port}: {error or 'no subscription'}") from error

    def report(self, district: str, domain: str, device: str, reading: dict[str, Any]) -> None:
        self._client.publish(f"{ROOT}/{district}/{domain}/{device}/reading", json.dumps(reading), qos=1)

    def step(self, step: int, now_ms: int) -> list[tuple[str, dict[str, Any]]]:
        """Everything reported before belongs to this step; the commands that the engine answers with, by device."""
        return self._clock({"world": self.world, "step": step, "now": now_ms}, lambda ack: ack.get("step") == step)

    def end(self, metrics: dict[str, Any]) -> None:
        self._clock({"world": self.world, "end": True, "metrics": metrics}, lambda ack: ack.get("end") is True)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _clock(self, message: dict[str, Any], is_answer) -> list[tuple[str, dict[str, Any]]]:
        commands = []
        sent = time.monotonic()
        self._client.publish(f"{ROOT}/clock", json.dumps(message), qos=1)
        while True:
            try:
                topic, payload = self._heard.get(timeout=ANSWER_S)
            except queue.Empty:
                raise ConnectionError(f"the engine did not acknowledge {message} within {ANSWER_S:.0f} s") from None
            if not topic.endswith("/clock/ack"):
                commands.append((topic.split("/")[4], payload))
            elif payload.get("world") == self.world and is_answer(payload):
                self.answers_s.append(time.monotonic() - sent)
                return commands

    def answer_ms_p99(self) -> float:
        waits = sorted(self.answers_s)
        return round(waits[int(len(waits) * 0.99)] * 1000, 1)
