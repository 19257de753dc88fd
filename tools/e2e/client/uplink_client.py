#!/usr/bin/env python3
"""A gateway in Python, written from docs/protocol/uplink.md alone.

Prints one JSON line. Needs Debian's python3-cryptography and python3-paho-mqtt.
  uplink_client.py --vectors docs/protocol/vectors       checks the byte vectors
  uplink_client.py --key k.pem                           makes a key if need be, prints the public one
  uplink_client.py --key k.pem --gateway gw-py --metering-point home-py --port 1883 \
      --coordinator-key ed25519:... --start 2026-06-21T00:00:00Z --energies 1000,2000 [--export]
"""
import argparse, base64, hashlib, hmac, json, os, pathlib, queue, sys, time
from datetime import datetime, timedelta
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

GENESIS, RAW = "0" * 64, (ser.Encoding.Raw, ser.PublicFormat.Raw)


def canonical(value):  # enough of RFC 8785 for texts, whole numbers and ASCII keys (section 2)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def sha256(data): return hashlib.sha256(data).hexdigest()
def b64(data): return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
def unb64(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def public(key): return "ed25519:" + b64(key.public_key().public_bytes(*RAW))
def salt_of(salt_key, id_): return hmac.new(salt_key, id_.encode(), hashlib.sha256).digest()
def payload_hash(salt, payload): return sha256(salt + canonical(payload))
def unsigned(envelope): return canonical({k: v for k, v in envelope.items() if k != "signature"})
def verified(public_key, signature, data):
    try:
        Ed25519PublicKey.from_public_bytes(unb64(public_key[8:])).verify(unb64(signature), data)
        return True
    except (InvalidSignature, ValueError):
        return False


def head_bytes(e):
    return canonical({name: e[name] for name in
                      ("gateway", "epoch", "firstSeq", "lastSeq", "previousHash", "headHash")})


def make_entry(salt_key, seq, previous, payload):
    salt = salt_of(salt_key, payload["id"])
    entry = {"epoch": 1, "seq": seq, "previousHash": previous, "kind": payload["kind"],
             "id": payload["id"], "payloadHash": payload_hash(salt, payload)}
    return {"entry": entry, "salt": salt.hex(), "payload": payload}, sha256(canonical(entry))


def interval(point, start, energy, exported, source):
    at = datetime.strptime(start, "%Y-%m-%dT%H:%M:%SZ")
    end = (at + timedelta(minutes=15)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return end, {"kind": "interval", "version": 1, "id": f"{point}/{start}/PT15M/1",
                 "meteringPoint": point, "start": start, "end": end,
                 "importMilliwattHours": 0 if exported else energy,
                 "exportMilliwattHours": energy if exported else 0,
                 "quality": "measured", "revision": 1, "source": source}


def envelope(key, gateway, records, head):
    first, last = records[0]["entry"], records[-1]["entry"]
    e = {"version": 1, "gateway": gateway, "publicKey": public(key), "headHash": head,
         "epoch": first["epoch"], "firstSeq": first["seq"], "lastSeq": last["seq"],
         "previousHash": first["previousHash"], "records": records}
    return {**e, "signature": b64(key.sign(head_bytes(e)))}


def check_vectors(folder):
    load, count = lambda name: json.loads((pathlib.Path(folder) / f"{name}.json").read_text()), 0
    for v in load("canonical-json"):
        if isinstance(v["value"], list): continue  # floating point: not needed by this client
        found = canonical(v["value"])
        assert (found.decode(), sha256(found)) == (v["canonical"], v["sha256"]), v
        count += 1
    for v in load("entries"):
        record, head = make_entry(bytes.fromhex(v["saltKeyHex"]), v["entry"]["seq"],
                                  v["entry"]["previousHash"], v["payload"])
        assert (record["salt"], record["entry"], head) == (v["salt"], v["entry"], v["entryHash"])
        count += 1
    v = load("events")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(v["privateKeySeedHex"]))
    e = json.loads(v["message"])
    assert head_bytes(e).decode() == v["signedBytes"] and public(key) == v["publicKey"]
    assert canonical(envelope(key, e["gateway"], e["records"], e["headHash"])).decode() == v["message"]
    for v in load("receipts") + load("signals"):
        e = json.loads(v["message"])
        assert unsigned(e).decode() == v["signedBytes"]
        assert verified(e["publicKey"], e["signature"], unsigned(e))
        assert not verified(e["publicKey"], e["signature"], unsigned(e) + b" ")
        count += 1
    return {"vectors": count + 1, "ok": True}


def load_key(path):
    if os.path.exists(path):
        return ser.load_pem_private_key(pathlib.Path(path).read_bytes(), None)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key


def send(args, key):
    import paho.mqtt.client as mqtt
    root, inbox, ready = f"microgrid/v1/{args.gateway}", queue.Queue(), queue.Queue()
    seed = key.private_bytes(ser.Encoding.Raw, ser.PrivateFormat.Raw, ser.NoEncryption())
    salt_key, start, records, head = hashlib.sha256(b"salt" + seed).digest(), args.start, [], GENESIS
    for seq, energy in enumerate(args.energies.split(",")):
        start, payload = interval(args.metering_point, start, int(energy), args.export, args.gateway)
        record, head = make_entry(salt_key, seq, head, payload)
        records.append(record)
    message = canonical(envelope(key, args.gateway, records, head))
    client = mqtt.Client(client_id=args.gateway)
    client.on_connect = lambda c, *_: c.subscribe(f"{root}/receipts", qos=1)
    client.on_subscribe = lambda *_: ready.put(True)
    client.on_message = lambda _c, _u, m: None if m.retain else inbox.put(m.payload)
    client.connect(args.host, args.port)
    client.loop_start()
    ready.get(timeout=args.timeout)
    deadline, ignored, mine = time.monotonic() + args.timeout, 0, (args.gateway, 1, 0, len(records) - 1, head)
    while time.monotonic() < deadline:
        client.publish(f"{root}/events", message, qos=1)
        try:
            e = json.loads(inbox.get(timeout=2))
        except queue.Empty: continue  # no receipt yet: send again
        receipt = e["receipt"]
        about = tuple(receipt[name] for name in ("gateway", "epoch", "firstSeq", "lastSeq", "headHash"))
        signed = e["publicKey"] == args.coordinator_key and verified(
            e["publicKey"], e["signature"], unsigned(e))
        if signed and about == mine:
            client.loop_stop()
            return {"publicKey": public(key), "status": receipt["status"], "ignored": ignored,
                    "ids": [r["payload"]["id"] for r in records], "rejections": receipt.get("rejections", [])}
        ignored += 1
    return {"publicKey": public(key), "status": "no receipt", "ignored": ignored}


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    for name in "vectors key gateway metering-point coordinator-key start energies".split():
        p.add_argument(f"--{name}")
    for name, default in {"host": "127.0.0.1", "port": 1883, "timeout": 30.0}.items():
        p.add_argument(f"--{name}", default=default, type=type(default))
    p.add_argument("--export", action="store_true")
    a = p.parse_args()
    result = check_vectors(a.vectors) if a.vectors else (
        send(a, load_key(a.key)) if a.gateway else {"publicKey": public(load_key(a.key))})
    print(json.dumps(result))
    sys.exit(0 if result.get("status", "accepted") == "accepted" else 1)
