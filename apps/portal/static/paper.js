"use strict";
// What leaves the screen: print, download, copy.
(function (W) {
  const canPrint = typeof window.print === "function";

  function unmark() {
    document.body.classList.remove("print-one");
    Array.from(document.querySelectorAll(".print-this")).forEach((row) => row.classList.remove("print-this"));
  }

  // On paper nothing can be opened any more.
  function openAll(box) {
    const closed = Array.from(box.querySelectorAll("details:not([open])"));
    closed.forEach((details) => (details.open = true));
    return () => closed.forEach((details) => (details.open = false));
  }

  function printRow(row) {
    unmark();
    row.classList.add("print-this");
    document.body.classList.add("print-one");
    const restore = openAll(row);
    window.addEventListener("afterprint", function after() {
      window.removeEventListener("afterprint", after);
      restore();
      unmark();
    });
    window.print();
  }

  // Null where the browser cannot print, as in some apps' own browsers.
  W.printButton = function () {
    if (!canPrint) return null;
    return W.makeButton("act", "打印", (event) => printRow(event.currentTarget.closest(".row")));
  };

  // Prints the open dialog; the print style leaves the rest out.
  W.printDialogButton = () => (canPrint ? W.makeButton("act", "打印", () => window.print()) : null);

  W.download = function (name, type, text) {
    const url = URL.createObjectURL(new Blob([text], { type: type + ";charset=utf-8" }));
    const link = W.make("a");
    link.href = url;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  };

  // In apps' own browsers that save no files, copying is the only way out.
  W.copy = function (text, near) {
    const field = W.make("textarea", "unseen");
    field.value = text;
    field.setAttribute("aria-hidden", "true");
    near.append(field);
    field.select();
    let copied = false;
    try {
      copied = document.execCommand("copy");
    } catch (error) {
      copied = false;
    }
    field.remove();
    return copied;
  };
})(window.Weizheng);
