/* The console by keyboard, remembered row height, ticks counted. Every page works without it. */
(function () {
  "use strict";
  // An answer to a form is left behind as a page of its own, so that "back" asks for nothing to be sent again.
  if (window.history.replaceState) { history.replaceState(history.state, "", location.href); }
  var SINGLE = "zj-single-keys";
  var going = 0;

  function stored(name) { try { return localStorage.getItem(name); } catch (error) { return null; } }
  function store(name, value) { try { localStorage.setItem(name, value); } catch (error) { /* private window: not remembered */ } }

  function typing(target) {
    return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
      (target.tagName === "INPUT" && !/^(checkbox|radio|button|submit|reset|file)$/.test(target.type));
  }
  function open(selector) {
    var found = document.querySelector(selector);
    if (found) { found.click(); }
    return Boolean(found);
  }

  /* ---- rows: J K X Enter ---- */
  function rows() {
    return Array.from(document.querySelectorAll("[data-rows] tbody tr:not(.zj-group), ul[data-rows] > li")).filter(function (row) { return row.offsetParent; });
  }
  function marked(list) {
    return list.findIndex(function (row) { return row.hasAttribute("data-at") || row.querySelector('a[aria-current="true"]'); });
  }
  function move(step) {
    var list = rows();
    if (!list.length) { return false; }
    var at = list.findIndex(function (row) { return row.hasAttribute("data-at"); });
    if (at < 0) { at = marked(list); }
    var next = list[Math.min(list.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step))];
    list.forEach(function (row) {
      row.removeAttribute("data-at");
      if (row.tagName === "TR") { row.removeAttribute("aria-current"); }
    });
    next.setAttribute("data-at", "");
    if (next.tagName === "TR") { next.setAttribute("aria-current", "true"); }
    var link = next.querySelector("th a, a");
    (link || next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }
  function row() { return document.querySelector("[data-at]"); }

  var single = {
    "/": function () { var box = document.querySelector("[data-key-find]"); if (!box) { return false; } box.focus(); box.select(); return true; },
    "?": function () { var keys = document.getElementById("keys"); if (!keys || !keys.togglePopover) { return false; } keys.togglePopover(); return true; },
    j: function () { return move(1); },
    k: function () { return move(-1); },
    x: function () { var tick = row() && row().querySelector("input[type=checkbox]:not(:disabled)"); if (!tick) { return false; } tick.click(); return true; },
    g: function () { going = Date.now(); return true; },
  };

  function pressed(key) {
    if (going && Date.now() - going < 1500) {
      going = 0;
      if (open('[data-go="' + CSS.escape(key) + '"]')) { return true; }
    }
    going = 0;
    if (single[key]) { return single[key](); }
    var button = Array.from(document.querySelectorAll("[data-key]")).find(function (one) { return one.dataset.key.toLowerCase() === key && !one.disabled && one.offsetParent; });
    if (!button) { return false; }
    button.click();
    if (button.focus) { button.focus(); }
    return true;
  }

  document.addEventListener("keydown", function (event) {
    var form = document.querySelector("[data-main-form]");
    if (event.isComposing || event.altKey) { return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".btn-primary[type=submit]") || undefined);
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && form) {
      var draft = form.querySelector('[name=do][value=draft], [name=do][value=save]');
      if (draft) { event.preventDefault(); form.requestSubmit(draft); }
      return;
    }
    if (event.ctrlKey || event.metaKey) { return; }
    if (event.key === "Escape") {
      document.querySelectorAll("details.zj-menu[open], details.zj-def[open]").forEach(function (menu) { menu.open = false; });
      if (typing(event.target)) { event.target.blur(); return; }
      if (!document.querySelector(":popover-open")) { unpick(); }
      return;
    }
    if (typing(event.target) || stored(SINGLE) === "off") { return; }
    if (pressed(event.key.toLowerCase())) { event.preventDefault(); }
  });

  /* ---- ticks ---- */
  function ticks(scope) { return Array.from(scope.querySelectorAll("input[name=pick]:not(:disabled)")); }
  function count() {
    document.querySelectorAll("[data-bulk]").forEach(function (bar) {
      var words = bar.querySelector("[data-picked]");
      var scope = bar.closest(".zj-list") || document;
      var chosen = ticks(scope).filter(function (tick) { return tick.checked; }).length;
      if (words) { words.textContent = words.dataset.picked.replace("{n}", String(chosen)); }
      scope.querySelectorAll("[data-pick-all]").forEach(function (all) {
        all.checked = chosen > 0 && chosen >= ticks(scope).filter(function (tick) { return !("flagged" in tick.dataset); }).length;
        all.indeterminate = chosen > 0 && !all.checked;
      });
    });
  }
  function unpick() {
    document.querySelectorAll("input[name=pick]:checked").forEach(function (tick) { tick.checked = false; });
    count();
  }
  document.addEventListener("change", function (event) {
    var input = event.target;
    if (input.matches("[data-pick-all]")) {
      ticks(input.closest(".zj-list") || document).forEach(function (tick) { tick.checked = input.checked && !("flagged" in tick.dataset); });
    }
    if (input.matches("[data-submit]") && input.form) { input.form.requestSubmit(); }
    if (input.closest("[data-density-switch]")) {
      document.documentElement.dataset.density = input.value;
      document.cookie = "density=" + input.value + ";path=/;max-age=31536000;samesite=lax" + (location.protocol === "https:" ? ";secure" : "");
    }
    if (input.matches("[data-single-keys]")) { store(SINGLE, input.checked ? "on" : "off"); }
    if (input.type === "file" && input.closest("form")) {
      var name = input.closest("form").querySelector("[data-file-name]");
      if (name) { name.textContent = input.files.length ? input.files[0].name : ""; }
    }
    count();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-unpick]")) { event.preventDefault(); unpick(); }
    document.querySelectorAll("details.zj-menu[open], details.zj-def[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });

  /* ---- the whole row opens, but for what is pressed in it and what is marked as text ---- */
  document.addEventListener("click", function (event) {
    var line = event.target.closest("tr[data-opens]");
    if (!line || event.target.closest("a, button, input, label, summary, td.zj-tick") || String(getSelection())) { return; }
    var link = line.querySelector("th a");
    if (event.ctrlKey || event.metaKey) { window.open(link.href); } else { link.click(); }
  });

  /* ---- the menu folds to its icons, and is remembered ---- */
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  document.querySelectorAll("[data-fold]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var root = document.documentElement;
      if (root.dataset.nav) { delete root.dataset.nav; } else { root.dataset.nav = "folded"; }
      document.cookie = "nav=" + (root.dataset.nav || "open") + ";path=/;max-age=31536000;samesite=lax" + (location.protocol === "https:" ? ";secure" : "");
    });
  });

  /* ---- a file dragged onto its box ---- */
  document.querySelectorAll("[data-drop]").forEach(function (box) {
    var input = box.querySelector("input[type=file]");
    ["dragover", "dragleave", "drop"].forEach(function (kind) {
      box.addEventListener(kind, function (event) {
        event.preventDefault();
        box.classList.toggle("is-over", kind === "dragover");
        if (kind === "drop" && event.dataTransfer.files.length) {
          input.files = event.dataTransfer.files;
          input.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    });
  });

  /* ---- a button that needs a reason or a note asks for it before anything is sent ---- */
  document.addEventListener("submit", function (event) {
    var needs = event.submitter && event.submitter.dataset.needs;
    var field = needs && event.target.elements[needs];
    if (!field) { return; }
    field.required = true;
    if (!field.reportValidity()) { event.preventDefault(); }
    field.required = false;
  });

  /* ---- a decision shows the fields of what is chosen; those it does not want are not sent ---- */
  document.querySelectorAll("form[data-asks]").forEach(function (form) {
    var asks = JSON.parse(form.dataset.asks);
    var every = [].concat.apply([], Object.values(asks));
    function fit() {
      var chosen = form.querySelector("[name=decision]:checked, [name=decision][type=hidden]");
      every.forEach(function (name) {
        var shown = (chosen ? [asks[chosen.value] || []] : Object.values(asks)).every(function (wanted) { return wanted.indexOf(name) >= 0; });
        form.querySelectorAll('[name="' + name + '"]').forEach(function (input) {
          var field = input.closest("fieldset, .zj-field");
          if (field) { field.hidden = !shown; }
          input.disabled = !shown;
        });
      });
    }
    form.addEventListener("change", fit);
    fit();
  });

  /* ---- lines of the same columns: a table over the box, into which a part of a spreadsheet can be pasted ---- */
  document.querySelectorAll("textarea[data-lines]").forEach(function (box) {
    var columns = JSON.parse(box.dataset.lines);
    var table = document.createElement("table");
    table.className = "table zj-table zj-lines";
    var head = table.createTHead().insertRow();
    columns.forEach(function (column) {
      var cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = column.label;
      head.append(cell);
    });
    head.insertCell();
    var body = table.createTBody();
    function keep() {
      box.value = Array.from(body.rows).map(function (line) {
        return Array.from(line.querySelectorAll("input, select")).map(function (cell) { return cell.value.trim(); });
      }).filter(function (cells) {
        return cells.some(function (value, at) { return value && !columns[at].choices.length; });
      }).map(function (cells) { return cells.join("\t"); }).join("\n");
    }
    function cellOf(column, value, number) {
      var cell = document.createElement(column.choices.length ? "select" : "input");
      cell.className = column.choices.length ? "form-select" : "form-control";
      cell.setAttribute("aria-label", "第 " + number + " 行 " + column.label);
      column.choices.forEach(function (label) { cell.add(new Option(label, label)); });
      if (value || !column.choices.length) { cell.value = value || ""; }
      if (column.choices.length && cell.selectedIndex < 0) { cell.selectedIndex = 0; }
      return cell;
    }
    function add(values) {
      var line = body.insertRow();
      columns.forEach(function (column, at) { line.insertCell().append(cellOf(column, values[at], body.rows.length)); });
      var away = document.createElement("button");
      away.type = "button";
      away.className = "btn btn-sm";
      away.textContent = "删除";
      away.setAttribute("aria-label", "删除第 " + body.rows.length + " 行");
      away.addEventListener("click", function () { line.remove(); keep(); });
      line.insertCell().append(away);
      return line;
    }
    function parts(text) {
      return text.replace(/\r/g, "").split("\n").filter(function (line) { return line.trim(); }).map(function (line) {
        return line.split(/[\t,，;；]/).map(function (value) { return value.trim(); });
      });
    }
    parts(box.value).forEach(add);
    while (body.rows.length < 3) { add([]); }
    body.addEventListener("input", keep);
    body.addEventListener("change", keep);
    body.addEventListener("paste", function (event) {
      var pasted = parts(event.clipboardData.getData("text"));
      if (pasted.length < 2 && (!pasted[0] || pasted[0].length < 2)) { return; }
      event.preventDefault();
      var line = event.target.closest("tr");
      var from = Array.from(line.cells).findIndex(function (cell) { return cell.contains(event.target); });
      pasted.forEach(function (values) {
        line = line || add([]);
        var cells = line.querySelectorAll("input, select");
        values.forEach(function (value, at) {
          var cell = cells[from + at];
          if (!cell) { return; }
          if (cell.tagName === "SELECT" && !columns[from + at].choices.includes(value)) { return; }
          cell.value = value;
        });
        line = line.nextElementSibling;
      });
      keep();
    });
    var more = document.createElement("button");
    more.type = "button";
    more.className = "btn";
    more.textContent = "再加一行";
    more.addEventListener("click", function () { add([]).querySelector("input, select").focus(); });
    var around = document.createElement("div");
    around.className = "table-responsive";
    around.append(table);
    box.after(around, more);
    box.hidden = true;
    keep();
  });
  var AWAY = "网络没有连上，您填写的内容还在，请连上网络后再提交。";
  function say(words) {
    var note = document.createElement("p"), text = document.createElement("span");
    note.className = "zj-note soon";
    note.setAttribute("role", "alert");
    text.textContent = words;
    note.append(text);
    document.getElementById("notes").replaceChildren(note);
    note.scrollIntoView({ block: "nearest" });
    addEventListener("online", function () { note.remove(); }, { once: true });
  }

  /* ---- one press, one command; the hidden key makes a second harmless ---- */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post") { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (!navigator.onLine) { event.preventDefault(); say(AWAY); return; }
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
    count();
  });

  /* ---- partial loads ---- */
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status >= 400 && status !== 422) {
      event.detail.target = document.getElementById("notes");
      event.detail.swapOverride = "innerHTML";
    }
  });
  document.body.addEventListener("htmx:sendError", function () { say(AWAY); });
  document.body.addEventListener("htmx:afterSwap", count);

  var switcher = document.querySelector("[data-single-keys]");
  if (switcher) { switcher.checked = stored(SINGLE) !== "off"; }
  var summary = document.querySelector("[data-focus]");
  if (summary) { summary.focus(); }
  count();
})();
