/** The other pages of this server. */
export const Foot = () => (
  <footer className="foot">
    <nav aria-label="More of this server">
      <a href="/inspect">Look into a file</a>
      <a href="/docs">Predictions API</a>
      <a href="/api/v1/docs">Control API</a>
      <a href="/clients/python/">Python package</a>
    </nav>
  </footer>
);
