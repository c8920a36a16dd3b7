/**
 * Batches of images, and where they come from.
 *
 * <p>A score needs a few dozen images that look to a network like what it will be trained on. {@link vintk.input.Inputs}
 * is the value of {@code --inputs}, and its four kinds are all there are:
 *
 * <ul>
 *   <li>{@link vintk.input.Synthetic} (the default): random images with the spectrum and the colours of natural ones.
 *       Nothing needs to be downloaded, and a published number can be repeated anywhere.
 *   <li>{@link vintk.input.Noise}: white noise, for comparison; most of its power is at high frequencies.
 *   <li>{@link vintk.input.ImageFolder}: images of one's own, prepared as for ImageNet.
 *   <li>{@link vintk.input.NpyFile}: an array prepared elsewhere, taken as it is.
 * </ul>
 *
 * <p>All give a {@link vintk.input.Batch}: NCHW, float32, finite, about zero mean and unit variance. Random numbers come
 * from streams keyed by (seed, name), one per image, so image i is the same whatever else is drawn.
 *
 * <p>What comes from outside is not trusted. Sizes in headers are compared with what is there before memory is taken
 * ({@link vintk.input.Npy}), and a damaged picture is a warning as long as there are enough others.
 *
 * <p>{@link vintk.input.Spectrum}, the Fourier transform of a plane, is here rather than with the views of {@code
 * vintk.fourier} because synthetic images are made in the Fourier domain too, and the arrow points from there to here.
 */
package vintk.input;
