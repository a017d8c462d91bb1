// A page that leads a chat by itself, typed by the package's own types.
import gmsChat, { type GmsChatError } from "gms-chat";

async function begin(): Promise<string> {
  const element = await gmsChat("init", { endpoint: "/genesys", delivery: "poll", subject: "Parcel", exposeText: true });
  element.addEventListener("gms-chat-messagereceived", ({ detail }) => (document.title = detail.text ?? ""));
  await gmsChat("open");
  await gmsChat("start", { user: { firstName: "Ada" } });
  const id: number = await gmsChat("send", "from Vite");
  return `sent ${id >= 0}`;
}

begin().catch((error: GmsChatError) => error.code).then((told) => document.querySelector("h1")?.append(` ${told}`));
