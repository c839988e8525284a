/* "用我的位置": asks the browser once and sends the place in a form, so that it stands in no address; kept nowhere. */
(function () {
  "use strict";
  var form = document.querySelector("[data-locate]");
  if (!form || !navigator.geolocation) { return; }
  var button = form.querySelector("button");
  form.hidden = false;
  form.addEventListener("submit", function (event) {
    if (form.elements.lng.value) { return; }
    event.preventDefault();
    event.stopPropagation();
    button.disabled = true;
    var words = button.textContent;
    button.textContent = "正在取得位置…";
    navigator.geolocation.getCurrentPosition(function (found) {
      form.elements.lng.value = found.coords.longitude.toFixed(3);
      form.elements.lat.value = found.coords.latitude.toFixed(3);
      button.disabled = false;
      form.requestSubmit();
      button.textContent = words;
      form.elements.lng.value = "";
    }, function () {
      button.disabled = false;
      button.textContent = "没有取到位置，请按地区查找";
    }, { timeout: 8000, maximumAge: 60000 });
  });
})();
