package vintk.rank;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vintk.file.AtomicFile;
import vintk.file.RegularFile;
import vintk.file.Utf8;
import vintk.score.Result;

/**
 * Results kept as they come: one line of JSON each ({@link ResultJson}), on disk before {@link #append} returns. Whatever stops
 * a study, everything finished is there. A line that was being written at that moment is dropped when the journal is read or
 * continued; the line break is what makes a line whole.
 */
public final class Journal implements Closeable {

    private final Path path;
    private final FileChannel channel;
    private boolean broken;

    private Journal(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Begins a new journal; one that is there already is replaced. */
    public static Journal create(Path path) throws IOException {
        return new Journal(path, open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING));
    }

    /** Continues a journal, or begins it where there is none; a half-written last line is cut off. */
    public static Journal resume(Path path) throws IOException {
        FileChannel channel = open(path, StandardOpenOption.CREATE, StandardOpenOption.READ);
        try {
            // Through the channel that has the lock: closing another one of the same file would give it back.
            byte[] rest = wholeLines(Channels.newInputStream(channel), line -> {});
            String half = Utf8.beginning(rest);
            boolean onlyBreakMissing = !half.isBlank() && parse(half).isPresent();
            if (!onlyBreakMissing) {
                channel.truncate(channel.size() - rest.length);
            }
            channel.position(channel.size());
            Journal journal = new Journal(path, channel);
            if (onlyBreakMissing) {
                journal.write("\n");
            }
            return journal;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Whether a file holds lines without a place in a ranking, which a study adds when all is scored. */
    public static boolean isUnfinished(Path path) throws IOException {
        if (!Files.exists(path)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(path, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> !line.isBlank() && !line.contains("\"rank\":"));
        }
    }

    /** Whether a file begins with a result, or holds less than a line, as one that was cut short may. */
    public static boolean isJournal(Path path) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1)) {
            String line = in.readLine();
            if (line == null) {
                return true;
            }
            byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
            String text = Utf8.beginning(bytes);
            return parse(text).isPresent() || bytes.length == Files.size(path) && !isJson(text);
        }
    }

    private static boolean isJson(String text) {
        try {
            ResultJson.MAPPER.readTree(text);
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Refuses a file that another run is writing. */
    public static void requireFree(Path path) throws IOException {
        open(path).close();
    }

    /**
     * Adds a result and forces it to disk. Safe to call from several threads.
     *
     * @throws IOException if the disk refuses; nothing can be added after that, so that no line is glued to half of another
     */
    public synchronized void append(Result result) throws IOException {
        if (broken) {
            throw new IOException("Cannot add to %s: an earlier write failed".formatted(path));
        }
        broken = true;
        try {
            write(ResultJson.line(result) + "\n");
        } catch (IOException e) {
            throw AtomicFile.failure(path, e);
        }
        broken = false;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * What a journal holds.
     *
     * @param results in the order in which they were added
     * @param warnings about a half-written last line
     */
    public record Contents(List<Result> results, List<String> warnings) {
        public Contents {
            results = List.copyOf(results);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Reads a journal.
     *
     * @throws IOException if the file cannot be read, or if a whole line is not a result; the message names it
     */
    public static Contents read(Path path) throws IOException {
        List<String> warnings = new ArrayList<>();
        List<Result> results = new ArrayList<>();
        int[] number = {0};
        RegularFile.require(path, "a file of results");
        byte[] rest;
        try (InputStream in = Files.newInputStream(path)) {
            rest = wholeLines(in, line -> add(line, path, ++number[0], results));
        }
        String half = Utf8.beginning(rest);
        if (parse(half).isPresent()) {
            // A result that only lacks the line break, as an editor may leave it, is whole.
            add(rest, path, ++number[0], results);
        } else if (!half.isBlank()) {
            warnings.add("%s: the last line is half written and was left out".formatted(path));
        }
        return new Contents(results, warnings);
    }

    private static void add(byte[] bytes, Path path, int number, List<Result> results) throws IOException {
        String line = Utf8.decode(bytes, path, number);
        if (line.isBlank()) {
            return;
        }
        try {
            results.add(ResultJson.result(line));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IOException(
                    "%s, line %d, is not a result: %s. Remove that line".formatted(path, number, e.getMessage()), e);
        }
    }

    private void write(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }

    private static Optional<Result> parse(String line) {
        try {
            return Optional.of(ResultJson.result(line));
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private interface LineTaker {
        void take(byte[] line) throws IOException;
    }

    /** Hands over the lines that have their break, one by one, as a journal may be larger than memory; returns what is behind them. */
    private static byte[] wholeLines(InputStream in, LineTaker each) throws IOException {
        InputStream bytes = new BufferedInputStream(in);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = bytes.read(); next >= 0; next = bytes.read()) {
            if (next == '\n') {
                each.take(line.toByteArray());
                line.reset();
            } else {
                line.write(next);
            }
        }
        return line.toByteArray();
    }

    private static FileChannel open(Path path, StandardOpenOption... options) throws IOException {
        List<StandardOpenOption> all = new ArrayList<>(Arrays.asList(options));
        all.add(StandardOpenOption.WRITE);
        // Only what is locked may be cut.
        boolean truncates = all.remove(StandardOpenOption.TRUNCATE_EXISTING);
        try {
            FileChannel channel = FileChannel.open(path, all.toArray(StandardOpenOption[]::new));
            try {
                lock(channel);
                return truncates ? channel.truncate(0) : channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw AtomicFile.failure(path, e);
        }
    }

    /** Two runs that write one file would overwrite each other's lines. The lock is on a place behind them: all may read. */
    private static void lock(FileChannel channel) throws IOException {
        boolean free;
        try {
            free = channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            free = false;
        } catch (IOException e) {
            // Some network file systems have no locks.
            free = true;
        }
        if (!free) {
            throw new IOException("another run is writing it; wait for its end, or give another --out");
        }
    }
}
