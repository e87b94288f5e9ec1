const [WIDTH, HEIGHT] = [96, 24];

/** A curve without axes beside the figure that it leads to: the figure is the text of it. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(...values, 1e-9);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, k) => `${(k * step).toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`,
  );
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
      preserveAspectRatio="none"
    >
      {values.length > 1 && <polyline points={points.join(' ')} />}
    </svg>
  );
}
