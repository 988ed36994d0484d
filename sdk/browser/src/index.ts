// @signet/browser - keeps a person signed in to a single-page app.
//
//     const session = createSession({ issuer: 'https://id.example.com' });
//     const user = await session.start();          // null: nobody is signed in
//     await session.signIn({ email, password });
//     const notes = await session.fetch('/notes'); // carries the access token
//     session.on('change', ({ state, user }) => …);
//     await session.signOut();
//
// The access token is held in memory only. The refresh token is an HttpOnly
// cookie that no script sees, this one included.
export { createSession, type Session, type SessionOptions, type Device, type Listeners } from './session.ts';
export { SignetError } from './error.ts';
export type { Change, SessionEvent, SessionState, User } from './events.ts';
export type { Token } from './token.ts';
export { browserEnvironment, type Environment } from './environment.ts';
