// Inside another app's browser: shows the whole address, its enrolment code included, to be copied.
"use strict";
(() => {
  const address = document.getElementById("address");
  const copied = document.getElementById("copied");
  address.value = location.href;
  document.getElementById("copy").addEventListener("click", () => {
    address.focus();
    address.setSelectionRange(0, address.value.length);
    // The old way works in browsers that have no clipboard for pages.
    if (document.execCommand("copy")) copied.hidden = false;
  });
})();
