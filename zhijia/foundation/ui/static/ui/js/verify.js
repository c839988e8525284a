/* Checks a signed code without a network: `data-message` and `data-signature` are base64url, the keys a JSON list in
   the element that `data-keys` names: [{"id": 1, "key": base64url of 32 bytes, "until": "2027-01-01" or ""}].
   The server's answer on the page stays the answer; this adds what the reader's own device found. */
import { ed25519 } from "../dist/ed25519.js";

/** Bytes of base64url text; null where it is none. */
function bytes(text) {
  try {
    const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  } catch (error) {
    return null;
  }
}

/** True only where the signature over the message is right under one of the keys. */
export function holds(message, signature, keys) {
  const [said, seal] = [bytes(message), bytes(signature)];
  if (!said || !seal || seal.length !== 64) { return false; }
  return keys.some((entry) => {
    const key = bytes(entry.key);
    try {
      return Boolean(key) && key.length === 32 && ed25519.verify(seal, said, key);
    } catch (error) {
      return false;
    }
  });
}

for (const box of document.querySelectorAll("[data-verify]")) {
  const keys = JSON.parse(document.getElementById(box.dataset.keys).textContent);
  const good = holds(box.dataset.message, box.dataset.signature, keys);
  box.dataset.found = good ? "good" : "bad";
  box.classList.add(good ? "done" : "late");
  box.hidden = false;
  box.querySelector("[data-verify-say]").textContent = good ? box.dataset.good : box.dataset.bad;
}
