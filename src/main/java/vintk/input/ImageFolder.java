package vintk.input;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import vintk.space.RandomStream;

/**
 * A folder of images, searched with all folders below it, since image sets keep one folder per class.
 *
 * <p>What counts as an image is decided by the file's name ({@code .jpg .jpeg .png .bmp .gif .webp}, in any case); names
 * that begin with a dot are passed over. Links to files are followed, links to folders are not. The paths, relative to
 * the folder and with {@code /} between their parts, are sorted by character code; a shuffle of that list, keyed by
 * (seed, {@code "input/files"}), says which images are taken and in which order, none of them twice. An image that cannot
 * be read is reported and the next of the shuffle takes its place.
 *
 * @param path the folder
 */
public record ImageFolder(Path path) implements Inputs {
    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "bmp", "gif", "webp");

    @Override
    public Batch load(int samples, int channels, int height, int width, long seed, Consumer<String> warnings)
            throws IOException {
        if (channels != 1 && channels != 3) {
            throw new IOException(path + ": images give 1 or 3 channels, but the model wants " + channels
                    + "; use a .npy file, synthetic or noise");
        }
        List<String> names = names(samples);
        Batch batch = Batch.zeros(samples, channels, height, width);
        RandomStream random = RandomStream.of(seed, "input/files");
        int taken = 0;
        String refused = "";
        for (int i = 0; i < names.size() && taken < samples; i++) {
            // Fisher and Yates, one step at a time: position i gets a random one of the names not yet drawn.
            int drawn = i + random.nextInt(names.size() - i);
            String name = names.set(drawn, names.get(i));
            try {
                Picture.read(path.resolve(name), batch, taken);
                taken++;
            } catch (IOException e) {
                refused = refused.isEmpty() ? name + ": " + e.getMessage() : refused;
                warnings.accept(path.resolve(name) + ": passed over, " + e.getMessage());
            }
        }
        if (taken < samples) {
            throw new IOException(path + ": expected " + samples + " images or more, found " + names.size()
                    + " of which " + (taken == 0 ? "none" : "only " + taken) + " can be read (" + refused + ")"
                    + (taken == 0 ? "" : "; ask for at most " + taken + " inputs"));
        }
        return batch;
    }

    @Override
    public void require(int samples) throws IOException {
        names(samples);
    }

    /** The CRC-32 of the images' names and sizes. */
    @Override
    public String content() throws IOException {
        CRC32 sum = new CRC32();
        for (String name : names()) {
            sum.update((name + ":" + Files.size(path.resolve(name)) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return String.format(" %08x", sum.getValue());
    }

    private List<String> names(int least) throws IOException {
        List<String> names = names();
        if (names.size() < least) {
            throw new IOException(path + ": expected " + least + " images or more, found " + names.size()
                    + " (jpg, png, bmp, gif, webp, in all folders below); ask for fewer inputs");
        }
        return names;
    }

    /** The images' paths relative to the folder, {@code /} between the parts, sorted. */
    List<String> names() throws IOException {
        TreeMap<String, Path> sorted = new TreeMap<>();
        Path root = path.toRealPath();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(ImageFolder::isImage).forEach(file -> {
                Path relative = root.relativize(file);
                sorted.put(relative.toString().replace(relative.getFileSystem().getSeparator(), "/"), relative);
            });
        } catch (UncheckedIOException e) {
            throw new IOException(
                    path + ": cannot be searched for images: " + e.getCause().getMessage(), e);
        }
        return new ArrayList<>(sorted.keySet());
    }

    private static boolean isImage(Path file) {
        String name = file.getFileName().toString();
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && ENDINGS.contains(ending) && Files.isRegularFile(file);
    }

    @Override
    public String spec() {
        return path.toString();
    }
}
