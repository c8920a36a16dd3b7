package vintk.input;

import java.awt.image.BufferedImage;

/**
 * Resizing and centre crop in one: bilinear with antialiasing, as Pillow's {@code BILINEAR} and torchvision's {@code
 * Resize} with {@code CenterCrop} do it.
 *
 * <p>For a crop of S × S the shorter side becomes round(S / 0.875) pixels (256 for 224). For H × W the image becomes the
 * smallest of its own aspect that covers round(H / 0.875) × round(W / 0.875). Along each axis an output pixel is the
 * mean of the source pixels under a triangle of half-width max(1, source/target) around it. Only what the crop shows
 * is computed, row by row, so memory is the crop's width times the source's height, whatever the image's aspect.
 *
 * <p>Why not the image scaling of the Java platform: this is exact in double precision, hence the same on every machine,
 * and within one step of 255 of what networks are evaluated with (Pillow rounds to whole numbers after each axis).
 */
final class Resampling {
    /** The part of the resized image that the crop keeps. */
    private static final double KEPT = 0.875;

    private final BufferedImage image;
    private final int height;
    private final int width;
    private final Axis rows;
    private final Axis columns;

    /** One axis: output pixel i is the sum over k of weights[i][k] times source pixel first[i] + k. */
    private record Axis(int[] first, double[][] weights) {

        /** The {@code crop} middle ones of {@code target} pixels made from {@code source}. */
        static Axis of(int source, long target, int crop) {
            // Halves go to the even number, as Python's round does it in torchvision.
            long start = (long) Math.rint((target - crop) / 2.0);
            double scale = (double) source / target;
            double support = Math.max(1, scale);
            int[] first = new int[crop];
            double[][] weights = new double[crop][];
            for (int i = 0; i < crop; i++) {
                double centre = (start + i + 0.5) * scale;
                first[i] = (int) Math.max(0, Math.floor(centre - support + 0.5));
                int end = (int) Math.min(source, Math.floor(centre + support + 0.5));
                weights[i] = triangle(first[i], end, centre, support);
            }
            return new Axis(first, weights);
        }

        private static double[] triangle(int first, int end, double centre, double support) {
            double[] weights = new double[end - first];
            double sum = 0;
            for (int k = 0; k < weights.length; k++) {
                weights[k] = Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / support);
                sum += weights[k];
            }
            for (int k = 0; k < weights.length; k++) {
                weights[k] /= sum;
            }
            return weights;
        }

        int end(int i) {
            return first[i] + weights[i].length;
        }
    }

    Resampling(BufferedImage image, int height, int width) {
        this.image = image;
        this.height = height;
        this.width = width;
        long tall = Math.round(height / KEPT);
        long wide = Math.round(width / KEPT);
        long h = image.getHeight();
        long w = image.getWidth();
        // The side that needs the larger factor is met exactly; the other is cut down to a whole number.
        if (tall * w >= wide * h) {
            wide = Math.max(wide, tall * w / h);
        } else {
            tall = Math.max(tall, wide * h / w);
        }
        this.rows = Axis.of(image.getHeight(), tall, height);
        this.columns = Axis.of(image.getWidth(), wide, width);
    }

    /** The crop as R, G, B in 0 … 255: [height][width][3]. */
    double[] crop() {
        int top = rows.first()[0];
        double[][] narrowed = new double[rows.end(height - 1) - top][];
        int[] argb = new int[image.getWidth()];
        double[] rgb = new double[3 * image.getWidth()];
        for (int y = 0; y < narrowed.length; y++) {
            Picture.row(image, top + y, argb, rgb);
            narrowed[y] = narrow(rgb);
        }
        double[] crop = new double[3 * height * width];
        for (int y = 0; y < height; y++) {
            double[] weights = rows.weights()[y];
            for (int k = 0; k < weights.length; k++) {
                double[] row = narrowed[rows.first()[y] - top + k];
                for (int i = 0; i < row.length; i++) {
                    crop[y * row.length + i] += weights[k] * row[i];
                }
            }
        }
        return crop;
    }

    private double[] narrow(double[] rgb) {
        double[] row = new double[3 * width];
        for (int x = 0; x < width; x++) {
            double[] weights = columns.weights()[x];
            for (int k = 0; k < weights.length; k++) {
                for (int c = 0; c < 3; c++) {
                    row[3 * x + c] += weights[k] * rgb[3 * (columns.first()[x] + k) + c];
                }
            }
        }
        return row;
    }
}
