// A React app: the element with properties, its events as state, and its end with the component's.
import { StrictMode, useEffect, useRef, useState, type DetailedHTMLProps, type HTMLAttributes } from "react";
import { createRoot } from "react-dom/client";
import "gms-chat";
import type { GmsChatElement, GmsChatEventMap, GmsChatOptions } from "gms-chat";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "gms-chat": DetailedHTMLProps<HTMLAttributes<GmsChatElement>, GmsChatElement> & { endpoint: string; options?: GmsChatOptions };
    }
  }
}

const options: GmsChatOptions = { firstName: "Ada", subject: "My order", data: async () => ({ basket: 3 }) };

function Chat({ onUnread }: { onUnread: (count: number) => void }) {
  const chat = useRef<GmsChatElement>(null);
  useEffect(() => {
    const element = chat.current;
    const hear = ({ detail }: GmsChatEventMap["gms-chat-unreadchange"]) => onUnread(detail.count);
    element?.addEventListener("gms-chat-unreadchange", hear);
    return () => element?.removeEventListener("gms-chat-unreadchange", hear as EventListener);
  }, [onUnread]);
  return <gms-chat ref={chat} endpoint="/genesys" options={options} />;
}

function App() {
  const [unread, setUnread] = useState(0);
  const [isSignedIn, setSignedIn] = useState(true);
  return (
    <main>
      <h1>A React app</h1>
      <p>Unread: {unread}</p>
      <button onClick={() => setSignedIn(false)}>Sign out</button>
      {isSignedIn && <Chat onUnread={setUnread} />}
    </main>
  );
}

createRoot(document.getElementById("app")!).render(<StrictMode><App /></StrictMode>);
