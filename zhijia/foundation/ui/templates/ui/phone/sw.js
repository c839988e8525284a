{% load static %}/* Static files and one page for no network. Pages, answers and pictures of people are never kept. */
"use strict";
var CACHE = "zhijia-{{ version|escapejs }}";
var OFFLINE = "{{ offline|escapejs }}";
var STATIC = "{{ static_url|escapejs }}";
var KEPT = [{% for path in kept %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];

function kept(path) {
  // Without the cookies: the page that is kept is nobody's.
  var request = new Request(path, { credentials: "omit", cache: "reload" });
  return caches.open(CACHE).then(function (cache) {
    return fetch(request).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error(path); }
      return cache.put(path, answer);
    });
  });
}

self.addEventListener("install", function (event) {
  event.waitUntil(Promise.all(KEPT.concat(OFFLINE).map(kept)).then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return name.startsWith("zhijia-") && name !== CACHE; })
      .map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});

self.addEventListener("fetch", function (event) {
  var request = event.request;
  var url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(function () { return caches.match(OFFLINE, { ignoreVary: true }); }));
  } else if (url.pathname.startsWith(STATIC) && KEPT.indexOf(url.pathname) >= 0) {
    event.respondWith(fetch(request).catch(function () { return caches.match(url.pathname, { ignoreVary: true }); }));
  }
});
