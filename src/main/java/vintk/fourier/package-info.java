/**
 * Views: the Fourier augmentations of a batch that the ViNTK kernel is computed on.
 *
 * <p>The plain kernel of a batch X says how fast a network at its initialisation learns targets that the low frequencies
 * of X can express, since almost all power of an image is there. A {@link vintk.fourier.View} γ is a map of the batch that
 * keeps its shape and moves the weight elsewhere; the kernel of [γ_1(X); …; γ_V(X)] has one block per pair of views, and
 * every score is a function of it. The views are
 *
 * <ul>
 *   <li>{@link vintk.fourier.Identity} {@code identity};
 *   <li>{@link vintk.fourier.HighPass} {@code high-pass:r}, {@link vintk.fourier.LowPass} {@code low-pass:r} and {@link
 *       vintk.fourier.Band} {@code band:a,b}, which keep a range of frequency radii ρ;
 *   <li>{@link vintk.fourier.RandomFeatures} {@code rff:sigma}, random Fourier features of the colours;
 *   <li>{@link vintk.fourier.Standardised}, any of these with {@code :std} after it.
 * </ul>
 *
 * <p><b>Frequency radius.</b> ρ = sqrt((2 f_x)² + (2 f_y)²) with f in cycles per pixel in [-1/2, 1/2): a fraction of
 * Nyquist, 1 at the finest stripes along an axis and √2 at the finest chequerboard. A cut of 0.25 at 224×224 separates
 * the 28 slowest waves across the image from the rest. Comparisons are exact: a frequency whose radius is 0.25 is kept
 * by {@code high-pass:0.25} and not by {@code low-pass:0.25}, so that the two add up to the image.
 *
 * <p>Which views make a good score is not in this package: see the studies. The definitions are this project's own; that
 * the kernel should integrate Fourier features of the inputs is the idea of ViNTK (arXiv 2405.04536).
 *
 * <h2>How to add a view</h2>
 *
 * A record that implements {@link vintk.fourier.View}: {@code apply} and a {@code toString} that {@link
 * vintk.fourier.View#parse} reads back. Add it to {@code permits}, to the cases of {@code ViewText} and to the table of
 * texts in {@code ViewTest}.
 */
package vintk.fourier;
