// environment.ts - what a session needs from the world: a browser, or a test.

export interface Channel {
  post(message: unknown): void;
  listen(heard: (message: unknown) => void): void;
  close(): void;
}

export interface Environment {
  fetch(request: Request): Promise<Response>;
  origin: string; // of the page
  monotonic(): number; // milliseconds; never jumps, may stand still while a laptop sleeps
  wall(): number; // milliseconds since 1970; may be wrong, may jump
  after(milliseconds: number, what: () => void): () => void; // returns what calls it off
  random(): number; // 0 ≤ x < 1
  online(): boolean;
  visible(): boolean;
  // `wake`: seen again, focused, or online. `restored`: from the back/forward cache.
  listen(what: 'online' | 'wake' | 'restored', heard: () => void): () => void;
  locks: Pick<LockManager, 'request'> | undefined;
  channel(name: string): Channel | undefined;
}

export function browserEnvironment(): Environment {
  return {
    fetch: (request) => fetch(request),
    origin: location.origin,
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    after(milliseconds, what) {
      const timer = setTimeout(what, milliseconds);
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
    online: () => navigator.onLine,
    visible: () => document.visibilityState === 'visible',
    listen,
    locks: navigator.locks,
    channel,
  };
}

function listen(what: 'online' | 'wake' | 'restored', heard: () => void): () => void {
  if (what === 'online') return on(window, 'online', heard);
  if (what === 'restored') {
    return on(window, 'pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) heard();
    });
  }
  const stops = [
    on(window, 'online', heard),
    on(window, 'focus', heard),
    on(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible') heard();
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

function on(target: EventTarget, name: string, heard: (event: Event) => void): () => void {
  target.addEventListener(name, heard);
  return () => target.removeEventListener(name, heard);
}

function channel(name: string): Channel | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined;
  const broadcast = new BroadcastChannel(name);
  return {
    post: (message) => broadcast.postMessage(message),
    listen: (heard) => broadcast.addEventListener('message', (event) => heard(event.data)),
    close: () => broadcast.close(),
  };
}
