/* Reading codes: WeChat's own scanner where it is there, else the camera; else people type, as without this script.
   A scanner is a port: {ready(): Promise<bool>, start(found, failed), stop()}. `window.zjScanner` may replace it. */
(function () {
  "use strict";
  var box = document.querySelector("[data-scan]");
  if (!box) { return; }
  var form = document.getElementById(box.dataset.scan);
  var input = form.querySelector("[name=code]");
  var view = box.querySelector(".zj-scan__win");
  var words = box.querySelector("[data-scan-say]");
  var button = box.querySelector("[data-scan-start]");
  var done = false;

  function say(text) { words.textContent = text; }

  /** `wx` is there only inside WeChat, when the page carries a signed JS SDK configuration. */
  var wechat = {
    ready: function () {
      return new Promise(function (resolve) {
        if (!window.wx || !window.wx.scanQRCode) { resolve(false); return; }
        window.wx.ready(function () { resolve(true); });
        window.wx.error(function () { resolve(false); });
      });
    },
    start: function (found, failed) {
      window.wx.scanQRCode({ needResult: 1, scanType: ["qrCode"], success: function (answer) { found(answer.resultStr); }, fail: failed });
    },
    stop: function () {},
  };

  var camera = {
    reader: null,
    stage: null,
    ready: function () { return Promise.resolve(Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia)); },
    load: function () {
      return window.Html5Qrcode ? Promise.resolve() : new Promise(function (resolve, reject) {
        var script = document.createElement("script");
        script.src = box.dataset.library;
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      });
    },
    start: function (found, failed) {
      camera.load().then(function () {
        words.hidden = true;
        view.classList.add("is-live");
        // The library empties the element it is given, so it gets one of its own.
        camera.stage = camera.stage || view.appendChild(Object.assign(document.createElement("div"), { id: "scan-stage" }));
        camera.reader = new window.Html5Qrcode(camera.stage.id, { formatsToSupport: [window.Html5QrcodeSupportedFormats.QR_CODE], useBarCodeDetectorIfSupported: true, verbose: false });
        return camera.reader.start({ facingMode: "environment" }, { fps: 8 }, found, function () {});
      }).catch(function (error) {
        camera.stop();
        failed(error);
      });
    },
    stop: function () {
      view.classList.remove("is-live");
      words.hidden = false;
      if (camera.reader && camera.reader.isScanning) { camera.reader.stop().catch(function () {}); }
      if (camera.stage) { camera.stage.remove(); camera.stage = null; }
    },
  };

  function found(text) {
    if (done) { return; }
    done = true;
    scanner.stop();
    if (navigator.vibrate) { navigator.vibrate(60); }
    say("已读到，正在核对");
    input.value = text;
    form.requestSubmit();
  }
  function failed() {
    button.hidden = false;
    say("相机打不开，请允许使用相机，或在下面输入短码。");
  }

  var scanner = camera;
  var choose = window.zjScanner ? Promise.resolve(window.zjScanner) : wechat.ready().then(function (there) { return there ? wechat : camera; });
  choose.then(function (chosen) {
    scanner = chosen;
    return chosen.ready();
  }).then(function (ready) {
    if (!ready) { return; }
    button.hidden = false;
    say("把会员的券码放进框里");
    button.addEventListener("click", function () {
      button.hidden = true;
      done = false;
      scanner.start(found, failed);
    });
  });
  addEventListener("pagehide", function () { scanner.stop(); });
})();
