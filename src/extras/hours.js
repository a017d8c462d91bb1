// Business hours: asked of the page, of an address, or worked out.

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/**
 * Finds out now, each minute and whenever the page is seen again whether the contact centre is open, and tells what
 * has changed as `tell(open, message, opens)`; `language()`: the one for times. `rule` is a function, an address that answers JSON, or opening hours;
 * the first two give a boolean or `{open, message, opens}`. Where nothing can be found out, it counts as open: the
 * server has the last word. Returns a function that ends it.
 */
export function watch(rule, tell, { language }) {
  let last;
  let isOver = false;
  const ask = async () => {
    const answer = await answerOf(rule, language()).catch((error) => console.warn("gms-chat: availability:", error));
    const { open = true, message = "", opens = "" } = typeof answer == "boolean" ? { open: answer } : (answer ?? {});
    const news = JSON.stringify([open, message, opens]);
    if (!isOver && news !== last) tell(Boolean(open), String(message), String(opens));
    last = news;
  };
  const timer = setInterval(ask, MINUTE);
  const seen = () => document.hidden || ask();
  document.addEventListener("visibilitychange", seen);
  ask();
  return () => {
    isOver = true;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}

async function answerOf(rule, language) {
  if (typeof rule == "function") return rule();
  if (typeof rule == "object") return byHours(rule, Date.now(), language);
  const response = await fetch(rule);
  if (!response.ok) throw Error(response.status + " " + response.url);
  return response.json();
}

/**
 * Whether it is open at `now` (milliseconds since 1970), and when it opens next, in words of the language.
 * Hours: `{timeZone: "Europe/Berlin", mon: "09:00-12:30 13:30-18:00", …, closed: ["2026-12-24"], message: "…"}`.
 * A day without a member is closed, "00:00-24:00" is a whole day, and a span that ends before it starts ends on the
 * next day. Throws what is no time, no date or no time zone.
 */
export function byHours(hours, now, language) {
  const wall = wallTime(now, hours.timeZone);
  const today = wall - (wall % DAY);
  const spans = [-1, 0, 1, 2, 3, 4, 5, 6, 7].flatMap((days) => spansOf(hours, today + days * DAY));
  if (spans.some(([from, to]) => from <= wall && wall < to)) return { open: true };
  const starts = spans.map(([from]) => from).filter((from) => from > wall);
  const answer = { open: false, message: hours.message };
  if (starts.length) answer.opens = written(Math.min(...starts), today, language);
  return answer;
}

/** What clocks show in the zone, as if it were UTC: days and hours can then be counted. */
function wallTime(now, timeZone) {
  const options = { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" };
  const part = {};
  for (const { type, value } of new Intl.DateTimeFormat("en-US", options).formatToParts(now)) part[type] = value;
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute);
}

/** The spans that begin on a day. */
function spansOf(hours, day) {
  const date = new Date(day);
  if (hours.closed?.includes(date.toISOString().slice(0, 10))) return [];
  const words = (hours[DAYS[date.getUTCDay()]] ?? "").split(/[\s,]+/).filter(Boolean);
  return words.map((word) => {
    const found = /^(\d\d?):(\d\d)-(\d\d?):(\d\d)$/.exec(word);
    if (!found) throw Error("no opening hours: " + word);
    const [from, to] = [found[1] * 60 + +found[2], found[3] * 60 + +found[4]];
    return [day + from * MINUTE, day + (to > from ? to : to + 1440) * MINUTE];
  });
}

function written(start, today, language) {
  const weekday = start < today + DAY ? undefined : "long";
  return new Intl.DateTimeFormat(language, { timeZone: "UTC", weekday, hour: "numeric", minute: "2-digit" }).format(start);
}
