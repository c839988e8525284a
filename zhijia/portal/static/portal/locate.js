/* "用我的位置": asks the browser once and goes to the result; the place is in that one address only and kept nowhere. */
(function () {
  "use strict";
  var button = document.querySelector("[data-locate]");
  if (!button || !navigator.geolocation) { return; }
  button.hidden = false;
  button.addEventListener("click", function () {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(function (found) {
      location.search = "?lng=" + found.coords.longitude.toFixed(3) + "&lat=" + found.coords.latitude.toFixed(3);
    }, function () {
      button.disabled = false;
      button.textContent = "没有取到位置，请按地区找";
    }, { timeout: 8000, maximumAge: 60000 });
  });
})();
