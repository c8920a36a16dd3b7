package vintk.rank;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The models that a study has in work, in a file beside its journal: a process that is killed, or that a model takes down with it inside
 * of ONNX Runtime, cannot say any more where it was. The study that goes on takes them last, one at a time, and gives up one that ended
 * the process twice, so that it ends at some time, whatever a file holds.
 */
public final class InWork implements Closeable {
    /** So often a model may end the process. */
    public static final int MOST = 2;

    /** Null for a study that keeps nothing. */
    private final Path path;

    private final Map<String, Integer> begun = new TreeMap<>();

    private InWork(Path path) {
        this.path = path;
    }

    /** Of a study that keeps nothing. */
    public static InWork nowhere() {
        return new InWork(null);
    }

    /** Of a study that begins. */
    public static InWork begin(Path journal) {
        return new InWork(path(journal));
    }

    /** Of one that goes on, with what the process that it goes on for left in work. */
    public static InWork resume(Path journal) throws IOException {
        InWork work = begin(journal);
        if (Files.isRegularFile(work.path)) {
            try {
                ResultJson.MAPPER.readTree(work.path.toFile()).properties().stream()
                        .filter(entry -> entry.getValue().isInt())
                        .forEach(entry ->
                                work.begun.put(entry.getKey(), entry.getValue().asInt()));
            } catch (JsonProcessingException | CharacterCodingException e) {
                // Half of it was written: nobody knows.
                return begin(journal);
            }
        }
        return work;
    }

    private static Path path(Path journal) {
        return journal.resolveSibling(journal.getFileName() + ".in-work.json");
    }

    /** How often a model was begun, and the process ended. */
    public synchronized int times(Subject subject) {
        return begun.getOrDefault(subject.name(), 0);
    }

    /** Before anything of the model is read. */
    public synchronized void begins(Subject subject) {
        begun.merge(subject.name(), 1, Integer::sum);
        write();
    }

    /** It has a result. */
    public synchronized void ends(String name) {
        begun.remove(name);
        write();
    }

    private void write() {
        if (path == null) {
            return;
        }
        try {
            Files.writeString(path, ResultJson.MAPPER.writeValueAsString(begun));
        } catch (IOException e) {
            // The journal is on the same disk, and says what is wrong with it; without this file a crash is found out
            // later.
        }
    }

    /** The study has come to its end, by itself or because somebody asked for it. */
    @Override
    public void close() {
        try {
            if (path != null && Files.isRegularFile(path)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            // At worst models are taken last that need not.
        }
    }
}
