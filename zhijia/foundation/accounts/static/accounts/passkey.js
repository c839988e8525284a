/* Passkeys: a form with data-passkey="get" or "create" asks the browser before it is sent. Without a script or a secure
   address its button stays closed, and the password remains. */
(function () {
  "use strict";

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = "";
    new Uint8Array(buffer).forEach(function (byte) { plain += String.fromCharCode(byte); });
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  /** The server writes bytes as base64url; the browser wants them as bytes. */
  function read(options) {
    var key = options.publicKey;
    key.challenge = bytes(key.challenge);
    if (key.user) { key.user.id = bytes(key.user.id); }
    ["allowCredentials", "excludeCredentials"].forEach(function (name) {
      (key[name] || []).forEach(function (known) { known.id = bytes(known.id); });
    });
    return options;
  }

  function write(credential) {
    var answer = credential.response;
    var said = { clientDataJSON: text(answer.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (answer[name]) { said[name] = text(answer[name]); }
    });
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: said,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var say = form.querySelector("[data-say]");
    if (!window.PublicKeyCredential || !navigator.credentials) { say.textContent = say.dataset.cannot; return; }
    say.textContent = "";
    form.querySelector("button").disabled = false;
    form.addEventListener("submit", function (event) {
      if (form.elements.credential.value) { return; }
      event.preventDefault();
      event.stopImmediatePropagation();
      var options = read(JSON.parse(form.dataset.options));
      navigator.credentials[form.dataset.passkey](options).then(function (credential) {
        form.elements.credential.value = write(credential);
        form.submit();
      }).catch(function () { say.textContent = say.dataset.failed; });
    }, true);
  });
})();
