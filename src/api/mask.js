// Masks for what should not be in a chat: numbers of cards and bank accounts, told apart from other digits by their
// check digits. Only what passes the check is masked, so that order numbers stay readable.

const GAPS = /[ \-\u00a0]/g;
const CARD = /\d(?:[ \-\u00a0]?\d){12,18}/g;
const IBAN = /\b[A-Z]{2}\d{2}(?:[ \-\u00a0]?[A-Z0-9]){11,30}\b/gi;

/** The text with the numbers of these kinds (`card`, `iban`) covered but for the last four characters. */
export function mask(text, kinds) {
  let masked = text;
  if (kinds.includes("iban")) masked = masked.replace(IBAN, (found) => longest(found, isIban));
  if (kinds.includes("card")) masked = masked.replace(CARD, (found) => longest(found, isCard));
  return masked;
}

/** What was found may go on into the next word or number: the longest beginning that passes the check counts. */
function longest(found, check) {
  for (let end = found.length; end > 12; end--) {
    if (check(found.slice(0, end).replace(GAPS, ""))) return cover(found.slice(0, end)) + found.slice(end);
  }
  return found;
}

function cover(number) {
  const open = [...number.replace(GAPS, "")].length - 4;
  let seen = 0;
  return number.replace(/[A-Z0-9]/gi, (character) => (seen++ < open ? "•" : character));
}

/** Luhn's check, and a length that cards have. */
function isCard(digits) {
  if (!/^\d{13,19}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const twice = digit * (1 + (place % 2));
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 == 0;
}

/** ISO 13616: moved and spelt as digits, the remainder by 97 is 1. */
function isIban(number) {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/i.test(number)) return false;
  const digits = [...(number.slice(4) + number.slice(0, 4))].map((character) => parseInt(character, 36)).join("");
  return [...digits].reduce((rest, digit) => (rest * 10 + +digit) % 97, 0) == 1;
}
