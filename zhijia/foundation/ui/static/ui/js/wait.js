/* The seconds until the next code may be asked for run down on the button that sends it, and in the sentence that says
   so. Without a script the button may be pressed, and the answer says how long is left. */
(function () {
  "use strict";

  var SENTENCE = /还需等待 \d+ 秒/;

  function sentences(button) {
    var walker = document.createTreeWalker(button.closest("main") || document.body, NodeFilter.SHOW_TEXT);
    var found = [];
    while (walker.nextNode()) {
      if (SENTENCE.test(walker.currentNode.data)) { found.push(walker.currentNode); }
    }
    return found;
  }

  function count(root) {
    root.querySelectorAll("[data-wait]").forEach(function (button) {
      var ends = Date.now() + Number(button.dataset.wait) * 1000;
      var told = sentences(button);
      var timer = setInterval(tick, 500);
      function tick() {
        var left = Math.ceil((ends - Date.now()) / 1000);
        if (!button.isConnected) { clearInterval(timer); return; }
        button.disabled = left > 0;
        button.textContent = left > 0 ? left + " 秒后重发" : button.dataset.then;
        told.forEach(function (text) { text.data = text.data.replace(SENTENCE, left > 0 ? "还需等待 " + left + " 秒" : "现在可以重新获取"); });
        if (left <= 0) { clearInterval(timer); }
      }
      tick();
    });
  }

  if (window.htmx) {
    document.body.addEventListener("htmx:load", function (event) { count(event.detail.elt); });
  } else {
    count(document);
  }
})();
