/* What a script adds to phone pages: counting down, refreshing codes, one tap one command, a tap that shows, wordings
   read without leaving a form, and saying when the network is away. Every page works without it. */
(function () {
  "use strict";

  /** The part of a page that a code's own address answers, put in the old one's place. */
  function refresh(part) {
    return fetch(part.dataset.refresh, { headers: { "HX-Request": "true" }, credentials: "same-origin" })
      .then(function (answer) {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(function (html) {
        var fresh = new DOMParser().parseFromString(html, "text/html").getElementById(part.id);
        if (!fresh) { throw new Error("no part"); }
        part.replaceWith(fresh);
        count(fresh);
      });
  }

  /** Anew now, or as soon as the network is there again. */
  function again(part) {
    refresh(part).then(function () {
      var notes = document.getElementById("notes");
      if (notes && part.classList.contains("is-stale")) { notes.replaceChildren(); }
    }).catch(function () {
      part.classList.add("is-stale");
      say("没有连上网络，码已过期；连上网络后自动更新，也可以点“换一个码”。");
      setTimeout(function () { if (part.isConnected) { again(part); } }, 5000);
    });
  }

  /** Seconds run down by the wall clock, so that a sleeping phone does not show an old code as new. */
  function count(root) {
    root.querySelectorAll("[data-countdown]").forEach(function (figure) {
      var part = figure.closest("[data-refresh], [data-code]") || document.body;
      var bar = part.querySelector("progress");
      var ends = Date.now() + Number(figure.dataset.countdown) * 1000;
      var timer = setInterval(function () {
        if (!figure.isConnected) { clearInterval(timer); return; }
        var left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
        figure.textContent = String(left);
        if (bar) { bar.value = left; bar.setAttribute("aria-label", "剩余 " + left + " 秒"); }
        if (left > 0) { return; }
        clearInterval(timer);
        if (part.dataset.refresh) {
          again(part);
        } else if (part.dataset.code && document.visibilityState === "visible") {
          location.reload();
        }
      }, 1000);
    });
  }

  /** A code shown small is signed for a minute too: it is fetched anew, and grey while that fails. */
  function renew() {
    document.querySelectorAll("img[data-renew]").forEach(function (picture) {
      var address = picture.src.split("?")[0];
      var shown = Date.now();
      setInterval(function () {
        if (document.visibilityState !== "visible" || Date.now() - shown < Number(picture.dataset.renew) * 1000) { return; }
        shown = Date.now();
        picture.src = address + "?t=" + shown;
      }, 1000);
      picture.addEventListener("error", function () { picture.closest("a").classList.add("is-stale"); shown = Date.now() - 55000; });
      picture.addEventListener("load", function () { picture.closest("a").classList.remove("is-stale"); });
    });
  }

  function say(text) {
    var notes = document.getElementById("notes");
    if (!notes) { return; }
    var box = document.createElement("section");
    var words = document.createElement("p");
    box.className = "zj-msg is-warn";
    words.textContent = text;
    box.append(words);
    notes.replaceChildren(box);
  }

  /** The second tap of one form is not sent; the hidden key makes it harmless where it is. The button tapped works. */
  function once() {
    document.addEventListener("submit", function (event) {
      var form = event.target;
      if (event.defaultPrevented || form.method !== "post") { return; }
      if (form.dataset.sent) { event.preventDefault(); return; }
      if (!navigator.onLine) { event.preventDefault(); say(AWAY); return; }
      form.dataset.sent = "yes";
      if (event.submitter) { event.submitter.classList.add("is-busy"); }
      going();
    });
    document.addEventListener("click", function (event) {
      var link = event.target.closest("a[href]");
      if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || link.target || link.hash
        || link.hasAttribute("download") || !/^https?:$/.test(link.protocol)) { return; }
      link.classList.add("is-tapped");
      going();
    });
    // Back from the next page, the form must work again and nothing is under way.
    addEventListener("pageshow", function () {
      document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
      document.querySelectorAll(".is-busy, .is-tapped").forEach(function (part) { part.classList.remove("is-busy", "is-tapped"); });
      delete document.documentElement.dataset.going;
    });
  }

  /** A thin line at the top from a tap until the next page is there; a file that was fetched ends it too. */
  function going() {
    document.documentElement.dataset.going = "yes";
    setTimeout(function () { delete document.documentElement.dataset.going; }, 12000);
  }

  var AWAY = "网络没有连上，您填写的内容还在，请连上网络后再试。";

  /** Said as soon as the phone knows, and taken back as soon as it is over. */
  function network() {
    addEventListener("offline", function () { say("现在没有网络，连上之后再继续办理。"); });
    addEventListener("online", function () {
      var notes = document.getElementById("notes");
      if (notes) { notes.replaceChildren(); }
    });
  }

  /** An answer to a form is left behind as a page of its own, so that "back" shows no old error and sends nothing again. */
  function forgetPost() {
    if (window.history.replaceState) { history.replaceState(history.state, "", location.href); }
  }

  /** Wordings that stand beside a form open above it: what was typed stays. */
  function readable() {
    document.addEventListener("click", function (event) {
      var link = event.target.closest("a[data-read]");
      if (!link || event.defaultPrevented || !window.HTMLDialogElement) { return; }
      event.preventDefault();
      fetch(link.href, { credentials: "same-origin" })
        .then(function (answer) {
          if (!answer.ok) { throw new Error(String(answer.status)); }
          return answer.text();
        })
        .then(function (html) { show(new DOMParser().parseFromString(html, "text/html").querySelector("main")); })
        .catch(function () { location.assign(link.href); });
    });
  }

  function show(main) {
    var box = document.createElement("dialog");
    var close = document.createElement("button");
    box.className = "zj-read";
    main.querySelectorAll("#notes, form, .zj-back").forEach(function (part) { part.remove(); });
    main.querySelectorAll("[id]").forEach(function (part) { part.removeAttribute("id"); });
    close.type = "button";
    close.className = "weui-btn weui-btn_primary";
    close.textContent = "我看完了，继续填写";
    close.addEventListener("click", function () { box.close(); });
    box.addEventListener("close", function () { box.remove(); });
    box.append.apply(box, Array.from(main.childNodes));
    box.append(close);
    document.body.append(box);
    box.showModal();
    box.scrollTop = 0;
  }

  /** A chosen picture is named where "拍照或选图" stood. */
  function picked() {
    document.addEventListener("change", function (event) {
      var input = event.target;
      var label = input.type === "file" && input.closest(".is-add");
      var words = label && label.querySelector("[data-picked]");
      if (words && input.files.length) {
        words.textContent = words.dataset.picked.replace("{n}", String(input.files.length));
      }
    });
  }

  /** A failed partial load says why at the top instead of tearing a hole into the page. */
  function failures() {
    document.body.addEventListener("htmx:beforeSwap", function (event) {
      var status = event.detail.xhr.status;
      if (status >= 400 && status !== 422) {
        event.detail.target = document.getElementById("notes");
        event.detail.swapOverride = "innerHTML";
      }
    });
    document.body.addEventListener("htmx:sendError", function () { say(AWAY); });
    document.body.addEventListener("htmx:beforeRequest", going);
    document.body.addEventListener("htmx:afterRequest", function () { delete document.documentElement.dataset.going; });
    // A part that came later counts too.
    document.body.addEventListener("htmx:load", function (event) { count(event.detail.elt); });
  }

  /** The worker keeps static files and a page for no network; a browser without it goes on as before. */
  function keep() {
    var manifest = document.querySelector("link[rel=manifest]");
    if (!manifest || !("serviceWorker" in navigator) || !window.isSecureContext) { return; }
    addEventListener("load", function () { navigator.serviceWorker.register("/sw.js").catch(function () {}); });
  }

  /** Offered once: where the browser says so itself, and on iPhones, which only tell how. "不用了" holds half a year. */
  function install() {
    var box = document.querySelector("[data-install]");
    if (!box) { return; }
    var key = "zhijia-install-no";
    var alone = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
    var refused = 0;
    try { refused = Number(localStorage.getItem(key) || 0); } catch (error) { refused = 0; }
    if (alone || Date.now() - refused < 180 * 86400000) { return; }
    function show(name) { box.hidden = false; box.querySelector(name).hidden = false; }
    box.querySelector("[data-install-no]").addEventListener("click", function () {
      box.hidden = true;
      try { localStorage.setItem(key, String(Date.now())); } catch (error) { /* private browsing asks again */ }
    });
    if (/iphone|ipad/i.test(navigator.userAgent) && !/micromessenger/i.test(navigator.userAgent)) { show("[data-install-share]"); }
    addEventListener("beforeinstallprompt", function (event) {
      event.preventDefault();
      show("[data-install-offer]");
      var go = box.querySelector("[data-install-go]");
      go.hidden = false;
      go.addEventListener("click", function () { box.hidden = true; event.prompt(); }, { once: true });
    });
  }

  forgetPost();
  readable();
  once();
  network();
  renew();
  keep();
  install();
  picked();
  failures();
  if (!window.htmx) { count(document); }
  var summary = document.querySelector("[data-focus]");
  if (summary) { summary.focus(); }
})();
