"""A device with a passkey, in software: it answers as a browser would."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT_AND_VERIFIED = 0x05
PRESENT = 0x01
HAS_KEY = 0x40


@dataclass
class Device:
    """One private key for one address. What it says can be changed, as a thief would."""

    origin: str = "http://testserver"
    flags: int = PRESENT_AND_VERIFIED
    counter: int = 0
    handle: bytes = b""
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    name: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def make(self, options: dict[str, Any]) -> str:
        """The answer to `passkeys/ask/`."""
        asked = options["publicKey"]
        self.handle = websafe_decode(asked["user"]["id"])
        key = cbor.encode(ES256.from_cryptography_key(self.private.public_key()))
        credential = bytes(16) + len(self.name).to_bytes(2, "big") + self.name + key
        said = self._said(asked["rp"]["id"], more=HAS_KEY) + credential
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": said})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=attested)

    def show(self, options: dict[str, Any]) -> str:
        """The answer to `sign-in/passkey/ask/`."""
        asked = options["publicKey"]
        said = self._said(asked["rpId"])
        client = self._client("webauthn.get", asked["challenge"])
        signed = said + hashlib.sha256(client).digest()
        return self._answer(
            clientDataJSON=client,
            authenticatorData=said,
            signature=self.private.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=self.handle,
        )

    def _said(self, host: str, *, more: int = 0) -> bytes:
        flags = (self.flags | more).to_bytes(1, "big")
        return hashlib.sha256(host.encode()).digest() + flags + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **parts: bytes) -> str:
        name = websafe_encode(self.name)
        response = {key: websafe_encode(value) for key, value in parts.items()}
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )
