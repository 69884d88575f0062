"""Hands of the kernel tests: makes network namespaces, sends and catches packets, hears the kernel's trace.

One JSON array of requests a line on standard input, one JSON array of answers a line on standard
output. It decides nothing: packets and netlink messages go through as hexadecimal, and are built and
read by the tests. The namespaces belong to this process alone and go when it goes.
"""

import ctypes
import errno
import json
import os
import select
import socket
import struct
import subprocess
import sys

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
ETH_P_SENTINEL = 0x88B5  # IEEE: for local experiments
PACKET_IGNORE_OUTGOING = 23
SOL_PACKET = 263
SO_RCVBUFFORCE = 33
NETLINK_NETFILTER = 12
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_NO_ENOBUFS = 5
NFNLGRP_NFTRACE = 9
IPV6_FLOWINFO = 11
IPV6_RECVHOPLIMIT = 51
IPV6_HOPLIMIT = 52
IPV6_RECVTCLASS = 66
IPV6_TCLASS = 67
IP_TRANSPARENT = 19
IPV6_TRANSPARENT = 75
WAIT_MS = 2000

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def new_namespace():
    checked(libc.unshare(CLONE_NEWNET))
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def enter(namespace):
    checked(libc.setns(namespace, CLONE_NEWNET))


def roomy(sock):
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 25)
    sock.setblocking(False)
    return sock


def packet_socket(device, protocol):
    sock = roomy(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
    sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    sock.bind((device, protocol))
    return sock


def netfilter_socket():
    sock = roomy(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER))
    sock.bind((0, 0))
    return sock


def drain(sock, size=1 << 16):
    got = []
    while True:
        try:
            got.append(sock.recv(size))
        except (BlockingIOError, InterruptedError):
            return got


class Wire:
    """A veth pair: `device` in the node, `wire` in a namespace of its own at the other end.

    Without multicast the node joins no group by itself, which it would report to its neighbours;
    without link-local addresses, which `quiet` asks for, it sends no redirects either.
    """

    def __init__(self, number, end, device, quiet):
        self.end = end
        self.node_mac = bytes([2, 0, 0, 0, number, 1])
        self.far_mac = bytes([2, 0, 0, 0, number, 2])
        self.namespace = new_namespace()
        enter(node)
        run_checked(
            ["ip", "link", "add", device, "address", self.node_mac.hex(":"), "type", "veth",
             "peer", "name", "wire", "address", self.far_mac.hex(":"),
             "netns", f"/proc/{os.getpid()}/fd/{self.namespace}"]
        )
        if quiet:
            run_checked(["ip", "link", "set", device, "addrgenmode", "none"])
        run_checked(["ip", "link", "set", device, "arp", "off", "multicast", "off", "up"])
        self.near = packet_socket(device, ETH_P_ALL)  # a bridge takes all else
        enter(self.namespace)
        with open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w") as setting:
            setting.write("1")
        run_checked(["ip", "link", "set", "wire", "arp", "off", "up"])
        self.far = packet_socket("wire", ETH_P_ALL)
        enter(node)

    def send(self, packet):
        kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
        self.far.send(self.node_mac + self.far_mac + struct.pack("!H", kind) + packet)


class Delivery:
    """A raw socket: it gets what the node's own hosts get, after the INPUT hooks."""

    def __init__(self, family, protocol):
        self.family = family
        self.protocol = protocol
        self.sock = roomy(socket.socket(family, socket.SOCK_RAW, protocol))
        if family == socket.AF_INET6:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            for wanted in (IPV6_FLOWINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS):
                self.sock.setsockopt(socket.IPPROTO_IPV6, wanted, 1)

    def drain(self):
        got = []
        while True:
            try:
                data, extras, _, peer = self.sock.recvmsg(1 << 16, 256)
            except (BlockingIOError, InterruptedError):
                return got
            got.append((data if self.family == socket.AF_INET else self.rebuilt(data, extras, peer)).hex())

    def rebuilt(self, data, extras, peer):
        """Raw IPv6 sockets leave the header out: made again from what the kernel tells beside."""
        told = {kind: value for level, kind, value in extras if level == socket.IPPROTO_IPV6}
        flow = struct.unpack("!I", told.get(IPV6_FLOWINFO, bytes(4))[:4])[0] & 0xFFFFF
        traffic_class = struct.unpack("=i", told[IPV6_TCLASS])[0]
        hop_limit = struct.unpack("=i", told[IPV6_HOPLIMIT])[0]
        first = struct.pack("!I", 6 << 28 | traffic_class << 20 | flow)
        source = socket.inet_pton(socket.AF_INET6, peer[0].split("%")[0])
        target = told[socket.IPV6_PKTINFO][:16]
        return first + struct.pack("!HBB", len(data), self.protocol, hop_limit) + source + target + data


def run(argv, stdin=""):
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    return {"status": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def run_checked(argv):
    answer = run(argv)
    if answer["status"] != 0:
        raise RuntimeError(f"{' '.join(argv)}: {answer['stderr'].strip()}")


def settle():
    """Waits until all that was sent before has been through the node and out of its wires.

    This process keeps to one CPU, whose queue of received packets is first in, first out: once a
    sentinel sent later has arrived, everything before it has.
    """
    global sentinel
    for step in ("in", "out", "in", "out"):
        sentinel += 1
        mark = struct.pack("!HI", ETH_P_SENTINEL, sentinel)
        for wire in wires.values():
            sender = wire.far if step == "in" else wire.near
            hops = wire.node_mac + wire.far_mac if step == "in" else wire.far_mac + wire.node_mac
            sender.send(hops + mark + bytes(42))
        for wire in wires.values():
            await_sentinel(wire, step, mark)


def await_sentinel(wire, step, mark):
    sock = wire.near if step == "in" else wire.far
    while True:
        for frame in drain(sock):
            if frame[12:18] == mark:
                return
            if frame[12:14] != mark[:2] and step == "out":
                caught.append({"end": wire.end, "packet": frame[14:].hex()})
        if not select.select([sock], [], [], WAIT_MS / 1000)[0]:
            raise RuntimeError(f"nothing comes through the wire to {wire.end} any more")


def send_local(packet):
    version = packet[0] >> 4
    target = packet[16:20] if version == 4 else packet[24:40]
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    source = packet[12:16] if version == 4 else packet[8:24]
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        try:
            sock.bind((socket.inet_ntop(family, source), 0))
        except OSError:
            pass  # not an address of the node: the kernel then routes without a source
        sock.sendto(packet, (socket.inet_ntop(family, target), 0))


def send(request):
    """One packet, or its pieces, on its way, and all that was seen of it and of what it called forth."""
    caught.clear()
    failure = None
    try:
        for packet in map(bytes.fromhex, request["packets"]):
            if request.get("from") is None:
                send_local(packet)
            else:
                wires[request["from"]].send(packet)
    except OSError as problem:
        failure = errno.errorcode.get(problem.errno, str(problem.errno))
    settle()
    return {
        "failure": failure,
        "trace": [message.hex() for message in drain(tracer)],
        "caught": list(caught),
        "delivered": [packet for door in deliveries for packet in door.drain()],
    }


def hear(_request):
    """What the kernel traced since the last packet: the node's own housekeeping."""
    return {"trace": [message.hex() for message in drain(tracer)]}


def send_many(request):
    """Packets without their traces, as fast as they go: only what came out of the wires."""
    caught.clear()
    for at, packet in enumerate(request["packets"]):
        wires[request["from"]].send(bytes.fromhex(packet))
        if at % 64 == 63:
            settle()
    settle()
    drain(tracer)
    return {"caught": list(caught)}


def netlink(request):
    """One netfilter netlink message; the answers up to the acknowledgement or the end of a dump."""
    control.send(bytes.fromhex(request["message"]))
    got = []
    while True:
        if not select.select([control], [], [], WAIT_MS / 1000)[0]:
            raise RuntimeError("no answer from netfilter")
        for datagram in drain(control):
            got.append(datagram.hex())
            at = 0
            while at + 16 <= len(datagram):
                length, kind = struct.unpack_from("=IH", datagram, at)
                if kind in (2, 3):  # NLMSG_ERROR (also the acknowledgement), NLMSG_DONE
                    return {"messages": got}
                at += (length + 3) & ~3


def configure_trace(request):
    """Sends the messages by which the trace socket binds itself to the kernel's packet log."""
    for message in request["messages"]:
        tracer.send(bytes.fromhex(message))
    drain(tracer)
    return {}


def add_wire(request):
    wires[request["end"]] = Wire(
        len(wires) + 1, request["end"], request["device"], request["quiet"]
    )
    return {}


def read_file(request):
    try:
        with open(request["path"]) as source:
            return {"text": source.read()}
    except OSError as problem:
        return {"failure": errno.errorcode.get(problem.errno, str(problem.errno))}


def write_file(request):
    try:
        with open(request["path"], "w") as target:
            target.write(request["text"])
        return {}
    except OSError as problem:
        return {"failure": errno.errorcode.get(problem.errno, str(problem.errno))}


def listen(request):
    """A UDP socket of the node that may take what is for others (`TPROXY`)."""
    family, level, option = (
        (socket.AF_INET6, socket.IPPROTO_IPV6, IPV6_TRANSPARENT)
        if request["family"] == 6
        else (socket.AF_INET, socket.IPPROTO_IP, IP_TRANSPARENT)
    )
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setsockopt(level, option, 1)
    sock.bind(("", request["port"]))
    listeners.append(sock)
    return {}


OPERATIONS = {
    "listen": listen,
    "wire": add_wire,
    "run": lambda request: run(request["argv"], request.get("stdin", "")),
    "send": send,
    "send-many": send_many,
    "hear": hear,
    "netlink": netlink,
    "trace": configure_trace,
    "read": read_file,
    "write": write_file,
}


def answer(request):
    try:
        return OPERATIONS[request["op"]](request)
    except (RuntimeError, OSError, KeyError, ValueError) as problem:
        return {"problem": f"{request.get('op')}: {type(problem).__name__}: {problem}"}


os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[os.getpid() % len(os.sched_getaffinity(0))]})
os.environ["XTABLES_LOCKFILE"] = f"/tmp/chainwalk-xtables-{os.getpid()}.lock"
node = new_namespace()
sentinel = 0
wires = {}
caught = []
listeners = []
run_checked(["ip", "link", "set", "lo", "up"])
control = netfilter_socket()
tracer = netfilter_socket()
tracer.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
tracer.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE)
deliveries = [
    Delivery(family, protocol)
    for family, icmp in ((socket.AF_INET, 1), (socket.AF_INET6, 58))
    for protocol in (icmp, 6, 17, 33, 50, 108, 132)
]
for line in sys.stdin:
    print(json.dumps([answer(request) for request in json.loads(line)]), flush=True)
try:
    os.unlink(os.environ["XTABLES_LOCKFILE"])
except OSError:
    pass
