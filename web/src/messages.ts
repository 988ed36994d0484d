// messages.ts - the server's codes as sentences for people, and where each belongs.

export type Place = 'name' | 'email' | 'password' | 'form';

export interface Message {
  code: string;
  place: Place;
  text: string;
}

const kMessages: Record<string, Omit<Message, 'code'>> = {
  bad_credentials: { place: 'password', text: "That e-mail and password don't match." },
  invalid_email: { place: 'email', text: 'This is not an e-mail address.' },
  email_taken: { place: 'email', text: 'There already is an account with this address.' },
  invalid_name: { place: 'name', text: 'Please choose a shorter name, in plain text.' },
  password_too_short: { place: 'password', text: 'This is too short.' },
  password_too_long: { place: 'password', text: 'This is too long.' },
  password_too_common: { place: 'password', text: 'This is one of the passwords that are tried first. Choose another.' },
  password_is_personal: { place: 'password', text: 'This contains your name or address. Choose another.' },
  signup_closed: { place: 'form', text: 'New accounts are not open to everyone here.' },
  slow_down: { place: 'form', text: 'Too many attempts. Try again later.' },
  busy: { place: 'form', text: 'The server is very busy. Try again in a minute.' },
  unavailable: { place: 'form', text: 'The server has a problem right now. Try again in a minute.' },
  unreachable: { place: 'form', text: "The server can't be reached. Check your connection and try again." },
  signed_out: { place: 'form', text: 'You have been signed out.' },
};

export function messageOf(code: string): Message {
  return { code, ...(kMessages[code] ?? { place: 'form', text: 'Something went wrong. Try again.' }) };
}
