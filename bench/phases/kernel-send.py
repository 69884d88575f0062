"""Times first packets of connections through rules that a real kernel holds.

Reads one JSON object from standard input: {"restore": COMMAND, "rules": FILE, "targets": {NAME:
[ADDRESS, PORT]}, "packets": N, "rounds": N}; writes one: {"times": {NAME: [NS, ...]}, "endpoints":
{NAME: ["ADDRESS PORT", ...]}}. Times are of all packets of a round; "no rules" is timed before the
rules are loaded. To be run in a network namespace of its own, as root.

Each packet is a SYN of a new connection, sent by a raw socket, so that it passes the node's OUTPUT and
POSTROUTING hooks within the system call that sends it. It leaves by one end of a veth pair, towards
an address that the other end does not have, so that the kernel forgets it there.
"""

import json
import re
import socket
import struct
import subprocess
import sys
import time

SOURCE_NET = 0x0A000000  # Pods of the node: 10.0.0.2 to 10.0.0.251, not masqueraded.
SOURCES = 250
SOURCE_PORT = 32768
SOURCE_PORTS = 28000
NO_RULES = "no rules"

def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def make_node():
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "out0", "type", "veth", "peer", "name", "far0")
    for name in ("out0", "far0"):
        run("ip", "link", "set", name, "up")
    run("ip", "addr", "add", "192.168.0.1/24", "dev", "out0")
    run("ip", "neigh", "add", "192.168.0.254", "lladdr", "02:00:00:00:00:fe", "dev", "out0")
    run("ip", "route", "add", "default", "via", "192.168.0.254")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def syn(source, source_port, destination, port):
    tcp = struct.pack("!HHIIBBHHH", source_port, port, 1, 0, 0x50, 0x02, 64240, 0, 0)
    pseudo = struct.pack("!IIBBH", source, destination, 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    header = struct.pack("!BBHHHBBHII", 0x45, 0, 40, 0, 0, 64, 6, 0, source, destination)
    return header + tcp


def packets_to(address, port, count, first):
    destination = struct.unpack("!I", socket.inet_aton(address))[0]
    made = []
    for number in range(first, first + count):
        source = SOURCE_NET + 2 + number % SOURCES
        made.append(syn(source, SOURCE_PORT + number // SOURCES % SOURCE_PORTS, destination, port))
    return made


def send_all(out, packets, where):
    send = out.sendto
    begun = time.perf_counter_ns()
    for packet in packets:
        send(packet, where)
    return time.perf_counter_ns() - begun


def tracked():
    with open("/proc/sys/net/netfilter/nf_conntrack_count") as count:
        return int(count.read())


def forget():
    """Keeps the table small where the tool for it is there; no tuple comes twice anyway."""
    try:
        subprocess.run(["conntrack", "-F"], capture_output=True)
    except FileNotFoundError:
        pass


def endpoints_of(port):
    """Where connections really went: the sources of the replies that conntrack expects."""
    try:
        listed = subprocess.run(["conntrack", "-L", "-p", "tcp"], capture_output=True, text=True)
    except FileNotFoundError:
        return []
    found = set()
    for line in listed.stdout.splitlines():
        told = re.findall(r"src=(\S+) dst=\S+ sport=(\d+) dport=(\d+)", line)
        if len(told) == 2 and told[0][2] == str(port):
            found.add(f"{told[1][0]} {told[1][1]}")
    return sorted(found)


def rounds_of(out, address, port, order, is_tracked):
    """Times of all rounds but the first, which warms up, and where its connections went."""
    count = order["packets"]
    times = []
    endpoints = []
    for number in range(order["rounds"] + 1):
        forget()
        packets = packets_to(address, port, count, number * count)
        before = tracked() if is_tracked else 0
        taken = send_all(out, packets, (address, 0))
        if is_tracked and tracked() - before < count:
            raise SystemExit(f"of {count} connections to {address}, {tracked() - before} are tracked")
        if number == 0:
            endpoints = endpoints_of(port) if is_tracked else []
        else:
            times.append(taken)
    return times, endpoints


def main():
    order = json.load(sys.stdin)
    make_node()
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    answer = {"times": {}, "endpoints": {}}
    targets = order["targets"]
    times, _ = rounds_of(out, *next(iter(targets.values())), order, False)
    answer["times"][NO_RULES] = times
    with open(order["rules"]) as file:
        run(order["restore"], text=file.read())
    for name, (address, port) in targets.items():
        times, endpoints = rounds_of(out, address, port, order, True)
        answer["times"][name] = times
        answer["endpoints"][name] = endpoints
    json.dump(answer, sys.stdout)


main()
