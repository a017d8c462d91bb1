// What stands in the tag manager's own HTML tag, between <script> and </script>: the queue, the options, what the
// analytics hear, and the loader. No event holds what anybody wrote.
window.dataLayer = window.dataLayer || [];
!function (w) { w.gmsChat = w.gmsChat || function () { var g = arguments; return new Promise(function (y, n) { (w.gmsChat.q = w.gmsChat.q || []).push([g, y, n]) }) } }(window);
gmsChat("init", { endpoint: "/genesys", subject: "A question from the campaign" });
["open", "sessionstart", "agentjoin", "messagesent", "sessionend", "error"].forEach(function (name) {
  gmsChat("on", name, function (event) {
    dataLayer.push({ event: "chat_" + name, chat: event.detail });
  });
});
(function () {
  var script = document.createElement("script");
  script.async = true;
  script.src = "chat/gms-chat.js";
  document.head.appendChild(script);
})();
