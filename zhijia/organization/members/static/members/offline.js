/* Checks a member's code on this device alone: the signature by the public keys in the page, and the minute it was made.
   Whether a card has been stopped can only be asked online; the page says so. */
import { ed25519 } from "../ui/dist/ed25519.js";

const DOMAIN = new TextEncoder().encode("zhijia-code-1\0");
const MEMBER = 1;
const BODY = 20;
const SIGNATURE = 64;
const TRUST_SECONDS = 120;

function bytes(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

function hex(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

/** {ok, text}: what this device can say of a scanned text at `now` (seconds since 1970). */
export function check(scanned, keys, now) {
  const payload = scanned.trim().replace(/^https?:\/\/[^/]+/, "").replace(/^\/?v\//, "");
  let raw;
  try { raw = bytes(payload); } catch (error) { return { ok: false, text: "这不是会员码，请对准完整的二维码再扫一次。" }; }
  if (raw.length !== BODY + SIGNATURE || raw[0] !== 1 || raw[1] !== MEMBER) {
    return { ok: false, text: "这不是会员码，请对准完整的二维码再扫一次。" };
  }
  const key = keys[String(raw[2])];
  const body = raw.slice(0, BODY);
  const said = new Uint8Array([...DOMAIN, ...body]);
  if (!key || !ed25519.verify(raw.slice(BODY), said, hex(key))) {
    return { ok: false, text: "签名不对，这个码不是本平台签发的，或内容被改动过。" };
  }
  const made = new DataView(body.buffer).getUint32(16) * 60;
  if (Math.abs(now - made) > TRUST_SECONDS) { return { ok: false, text: "这个码已过期，请对方刷新后重新出示，截图不能使用。" }; }
  return { ok: true, text: "签名有效，是刚刚出示的会员码。卡是否已停用须联网核验。" };
}

const form = document.querySelector("[data-offline]");
if (form) {
  const keys = JSON.parse(document.getElementById("keys").textContent);
  const answer = document.getElementById("answer");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const found = check(form.elements.code.value, keys, Date.now() / 1000);
    answer.textContent = found.text;
    answer.className = found.ok ? "zj-msg is-ok" : "zj-msg is-bad";
    answer.hidden = false;
  });
}
