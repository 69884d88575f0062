/** Restore input that both backends take, to be changed a little; IPv4, needs no ipset. */
export const BASES: readonly string[] = [
  `*filter
:INPUT DROP [0:0]
:FORWARD DROP [10:840]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
:LOGDROP - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT ! -p tcp -m state --state INVALID,UNTRACKED -g LOGDROP
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -m comment --comment "ssh from the office" -s 192.0.2.0/24 -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec --limit-burst 10 -j ACCEPT
-A INPUT -p udp -m multiport --dports 53,67:68,123 -j LOGDROP
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER-USER -j RETURN
-A LOGDROP -m limit --limit 3/min -j LOG --log-prefix "[DROPPED] " --log-level 4
-A LOGDROP -j REJECT --reject-with icmp-port-unreachable
COMMIT
`,
  `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-SEP-BBBBBBBBBBBBBBBB - [0:0]
:KUBE-SEP-CCCCCCCCCCCCCCCC - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
-A KUBE-SERVICES -m comment --comment "a/b:http cluster IP" -m tcp -p tcp -d 10.96.0.10 --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SVC-AAAAAAAAAAAAAAAA ! -s 10.244.0.0/16 -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m recent --name KUBE-SEP-B --rcheck --seconds 10800 --reap -j KUBE-SEP-BBBBBBBBBBBBBBBB
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m statistic --mode random --probability 0.5000000000 -j KUBE-SEP-BBBBBBBBBBBBBBBB
-A KUBE-SVC-AAAAAAAAAAAAAAAA -j KUBE-SEP-CCCCCCCCCCCCCCCC
-A KUBE-SEP-BBBBBBBBBBBBBBBB -s 10.244.1.2/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-BBBBBBBBBBBBBBBB -m recent --name KUBE-SEP-B --set -m tcp -p tcp -j DNAT --to-destination 10.244.1.2:8080
-A KUBE-SEP-CCCCCCCCCCCCCCCC -s 10.244.2.2/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-CCCCCCCCCCCCCCCC -p tcp -m tcp -j DNAT --to-destination 10.244.2.2:8080-8090
COMMIT
`,
  `*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:divert - [0:0]
-A PREROUTING -p tcp -m socket --transparent -j divert
-A PREROUTING -i eth+ -p tcp --dport 80 -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1
-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
-A POSTROUTING -p udp -m udp --dport 68 -j CHECKSUM --checksum-fill
-A POSTROUTING -m connmark --mark 0x10/0xff -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff
-A POSTROUTING -m ttl --ttl-gt 2 -j TTL --ttl-dec 1
-A divert -j MARK --set-mark 0x1
-A divert -j ACCEPT
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p udp -m udp --sport 53 --dport 1024:65535 -j CT --notrack
-A PREROUTING -s 10.0.0.0/255.0.255.0 -m mac --mac-source 00:16:3e:5c:80:6c -j DROP
-A OUTPUT -m owner --uid-owner 1337 -j NOTRACK
COMMIT
`,
  `*filter
-N A
-N B
-I INPUT -p tcp --syn --dport ssh -j A
-I INPUT 1 ! -f -s 10.1/16,10.2/16 -j B
-A A -m iprange --src-range 10.0.0.1-10.0.0.9 -m length --length 40:1500 -j B
-A A -m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-name web -j RETURN
-A A -m connlimit --connlimit-above 15 --connlimit-mask 24 -j REJECT --reject-with tcp-reset -p tcp
-A B -m time --timestart 06:59 --timestop 23:59 --weekdays Mon,Tue -j NFLOG --nflog-group 5
-A B -m pkttype --pkt-type broadcast -c 3 4 -j RETURN
-P FORWARD DROP
-N C
-X C
COMMIT
`,
];

/** Input that is odd in a way that changes at random would seldom find. */
export const ODD: readonly string[] = [
  "*filter\n-h\nCOMMIT\n",
  "*filter\n-V\nCOMMIT\n",
  "*filter\n-N A -6\n-X -6\nCOMMIT\n",
  "*filter\n-A INPUT -6 --nonsense\n-A INPUT -j ACCEPT -4\nCOMMIT\n",
  "*filter\nCOMMIT\n*filter\n:A -\n-A A\nCOMMIT\n",
  "*filter\n:A -\nCOMMIT\n-A A\n",
  "*filter\n:A -\n:B -\n-A INPUT -j A\n-A A -j B\n-A B -j A\nCOMMIT\n",
  "*filter\n:A -\n:B -\n-A A -j B\n-A B -j A\nCOMMIT\n",
  '*filter\n-A INPUT -m comment --comment "open\nCOMMIT\n',
  "*filter\n-A INPUT -p tcp -j ACCEPT\r\nCOMMIT\r\n",
  "*nat\n:PREROUTING DROP [0:0]\nCOMMIT\n",
  "*nat\n-P PREROUTING DROP\nCOMMIT\n",
  "*filter\n \nCOMMIT\n",
  "*filter\n #\nCOMMIT\n",
  "# nothing\n\n",
  "*filter\n-A INPUT -p tcp\nCOMMIT",
  "*filter\n-A INPUT -p tcp\nCOMMIT\n# end",
  "*filter\n:-A - [0:0]\n:!B - [0:0]\nCOMMIT\n",
  "*filter\n:DROP - [0:0]\nCOMMIT\n",
  "*filter\n:LOG - [0:0]\n-A INPUT -j LOG\nCOMMIT\n",
  "*filter\n[:1] -A INPUT\nCOMMIT\n",
  "*filter\n[1:] -A INPUT\nCOMMIT\n",
  "*filter\n[1] -A INPUT\nCOMMIT\n",
  "*filter\n[root@host ~]# iptables-save\nCOMMIT\n",
  "*filter\n[   12.3] kernel: up\nCOMMIT\n",
  "*filter\n-N A\n:A -\nCOMMIT\n",
  "*filter\n-N A\n-X A\n:A -\nCOMMIT\n",
  `*filter\n-A INPUT${" -v".repeat(249)}\nCOMMIT\n`,
  `*filter\n-A INPUT${" -v".repeat(250)}\nCOMMIT\n`,
  `*filter\n-A INPUT -m comment --comment ${"a".repeat(1023)}\nCOMMIT\n`,
  `*filter\n-A INPUT -m comment --comment ${"a".repeat(1024)}\nCOMMIT\n`,
  `*filter\n-A INPUT${" ".repeat(10_224)}-p tcp\nCOMMIT\n`,
  `*filter\n-A INPUT${" ".repeat(10_225)}-p tcp\nCOMMIT\n`,
];
