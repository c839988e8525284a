/* A little work before a code is sent: looks for a number that gives SHA-256 over "challenge:number" the wanted zero
   bits, a slice at a time so that the page stays alive, then presses the button again. Without a script the question
   beside it is answered. SHA-256 is written out: the browser's own is slow for many short texts and closed on plain
   http. */
(function () {
  "use strict";
  var K = [];
  var START = [];
  (function () {
    for (var n = 2; K.length < 64; n += 1) {
      var prime = true;
      for (var d = 2; d * d <= n; d += 1) { if (n % d === 0) { prime = false; break; } }
      if (!prime) { continue; }
      if (START.length < 8) { START.push(fraction(Math.sqrt(n))); }
      K.push(fraction(Math.cbrt(n)));
    }
  }());

  function fraction(root) { return ((root - Math.floor(root)) * 4294967296) | 0; }

  /** The words of one hash over a short ASCII text (at most 119 letters). */
  function sha256(text) {
    var blocks = text.length + 9 > 64 ? 2 : 1;
    var words = new Int32Array(blocks * 16);
    for (var i = 0; i < text.length; i += 1) { words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8); }
    words[text.length >> 2] |= 128 << (24 - (text.length % 4) * 8);
    words[blocks * 16 - 1] = text.length * 8;
    var h = START.slice();
    var w = new Int32Array(64);
    for (var block = 0; block < blocks; block += 1) {
      for (var t = 0; t < 64; t += 1) {
        if (t < 16) { w[t] = words[block * 16 + t]; continue; }
        var x = w[t - 15];
        var y = w[t - 2];
        w[t] = (w[t - 16] + w[t - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) +
          ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10)) | 0;
      }
      var a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], z = h[7];
      for (t = 0; t < 64; t += 1) {
        var one = (z + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) +
          (e & f ^ ~e & g) + K[t] + w[t]) | 0;
        var two = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c)) | 0;
        z = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      h[0] = h[0] + a | 0; h[1] = h[1] + b | 0; h[2] = h[2] + c | 0; h[3] = h[3] + d | 0;
      h[4] = h[4] + e | 0; h[5] = h[5] + f | 0; h[6] = h[6] + g | 0; h[7] = h[7] + z | 0;
    }
    return h;
  }

  function solve(box) {
    var bits = Number(box.dataset.bits);
    var challenge = box.dataset.puzzle;
    var say = box.querySelector("[data-say]");
    var tried = 0;
    say.textContent = say.dataset.working;
    function slice() {
      if (!box.isConnected) { return; }
      var until = Date.now() + 40;
      while (Date.now() < until) {
        for (var i = 0; i < 200; i += 1, tried += 1) {
          if (sha256(challenge + ":" + tried)[0] >>> (32 - bits) === 0) { done(tried); return; }
        }
      }
      setTimeout(slice, 0);
    }
    function done(proof) {
      box.querySelector("[name=proof]").value = String(proof);
      var button = box.closest("form").querySelector(box.dataset.press);
      if (button) { button.click(); }
    }
    slice();
  }

  function look(root) {
    root.querySelectorAll("[data-puzzle]:not([data-begun])").forEach(function (box) {
      box.dataset.begun = "yes";
      solve(box);
    });
  }

  document.addEventListener("htmx:load", function (event) { look(event.detail.elt.parentNode || document); });
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", function () { look(document); });
  } else {
    look(document);
  }
}());
