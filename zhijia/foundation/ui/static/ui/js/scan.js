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

  /** The picture with a white margin, its longer side so many pixels. */
  function drawn(picture, side) {
    var scale = side / Math.max(picture.width, picture.height);
    var canvas = document.createElement("canvas");
    var margin = 20;
    canvas.width = Math.round(picture.width * scale) + 2 * margin;
    canvas.height = Math.round(picture.height * scale) + 2 * margin;
    var ink = canvas.getContext("2d");
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, canvas.width, canvas.height);
    ink.drawImage(picture, margin, margin, canvas.width - 2 * margin, canvas.height - 2 * margin);
    return canvas;
  }

  /** A photographed or sent code. Read on the phone; the picture goes nowhere. */
  function readPicture(file) {
    say("正在识别图片");
    camera.load().then(function () { return createImageBitmap(file); }).then(function (picture) {
      var stage = view.appendChild(Object.assign(document.createElement("div"), { id: "scan-picture", hidden: true }));
      var reader = new window.Html5Qrcode(stage.id, { formatsToSupport: [window.Html5QrcodeSupportedFormats.QR_CODE], verbose: false });
      // The library's own way takes a blob: address, which our policy refuses; its decoder takes a canvas. It misses
      // a code at one size and finds it at another.
      var tries = [1000, 600, 1600, 400].map(function (side) {
        return function () { return reader.qrcode.decodeRobustlyAsync(drawn(picture, side)); };
      });
      return tries.reduce(function (before, next) { return before.catch(next); }, Promise.reject()).finally(function () { stage.remove(); });
    }).then(function (answer) { found(answer.text); }).catch(function () {
      say("图片里没有找到二维码，请换一张清楚的，或在下面输入。");
    });
  }

  /** `wx` is there only inside WeChat, when the page carries a signed JS SDK configuration. */
  var wechat = {
    ready: function () {
      return new Promise(function (resolve) {
        if (!window.wx || !window.wx.config || !box.dataset.wechat) { resolve(false); return; }
        var said = JSON.parse(box.dataset.wechat);
        window.wx.config({ appId: said.app_id, timestamp: said.timestamp, nonceStr: said.nonce, signature: said.signature, jsApiList: ["scanQRCode"] });
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
    say(box.dataset.failed || "相机打不开，请允许使用相机，或在下面输入短码。");
  }

  var pick = box.querySelector("[data-scan-pick]");
  if (pick && window.createImageBitmap) {
    pick.hidden = false;
    pick.querySelector("input").addEventListener("change", function (event) {
      done = false;
      if (event.target.files.length) { readPicture(event.target.files[0]); }
      event.target.value = "";
    });
  }

  var scanner = camera;
  var choose = window.zjScanner ? Promise.resolve(window.zjScanner) : wechat.ready().then(function (there) { return there ? wechat : camera; });
  choose.then(function (chosen) {
    scanner = chosen;
    return chosen.ready();
  }).then(function (ready) {
    if (!ready) { return; }
    button.hidden = false;
    say(box.dataset.aim || "把会员的券码放进框里");
    button.addEventListener("click", function () {
      button.hidden = true;
      done = false;
      scanner.start(found, failed);
    });
  });
  addEventListener("pagehide", function () { scanner.stop(); });
})();
