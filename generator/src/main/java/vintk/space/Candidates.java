package vintk.space;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import vintk.file.RegularFile;
import vintk.file.Utf8;

/**
 * Files of candidates: {@code .jsonl} with one record per line, or {@code .json} with an array of records.
 *
 * <p>A record names its {@code space}, holds its choices under {@code choices} (what {@link Candidate#json} gives), under
 * {@code arch} (tables of Auto-Prox) or as its own fields (tables of AutoFormer), and usually has an {@code id}; without
 * one it gets the id that sampling would give it. Other fields, such as accuracies, are passed over. A result of a ranking is a
 * record too: it holds the candidate's under {@code source.choices}.
 */
public final class Candidates {
    private static final int SHOWN = 10;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, Space> spaces = new LinkedHashMap<>();
    private final Map<String, String> places = new LinkedHashMap<>();
    private final Map<String, Candidate> good = new LinkedHashMap<>();
    private final List<String> repeats = new ArrayList<>();
    /** Where what is wrong, by what it is. */
    private final Map<String, List<String>> bad = new LinkedHashMap<>();

    private final List<Space> own;

    private Candidates(List<Space> own) {
        this.own = own;
    }

    /**
     * Reads candidates of the given and the built-in spaces. When records are bad the whole file is
     * refused, with one line for each thing that is wrong; one that stands there again is passed over.
     *
     * @param remarks is told of those
     */
    public static List<Candidate> read(Path file, List<Space> spaces, Consumer<String> remarks) {
        RegularFile.other(file).ifPresent(other -> {
            throw new SpaceException(file + ": expected a file of candidates, got " + other);
        });
        Candidates reading = new Candidates(spaces);
        try {
            if (file.toString().endsWith(".jsonl")) {
                reading.lines(Utf8.read(file).lines().toList());
            } else if (file.toString().endsWith(".json")) {
                reading.array(JSON.readTree(Utf8.read(file)));
            } else {
                throw new SpaceException(file + ": expected a file of candidates named .jsonl or .json");
            }
        } catch (NoSuchFileException e) {
            throw new SpaceException(file + ": expected a file of candidates, there is no such file", e);
        } catch (JsonProcessingException e) {
            throw new SpaceException(file + ": " + said(e), e);
        } catch (FileSystemException e) {
            throw new SpaceException(file + ": " + (e.getReason() == null ? "cannot be read" : e.getReason()), e);
        } catch (IOException e) {
            throw new SpaceException(file + ": cannot be read: " + e.getMessage(), e);
        }
        List<Candidate> result = reading.result(file);
        if (!reading.repeats.isEmpty()) {
            remarks.accept(file + ": candidates that stand there again count once ("
                    + String.join(", ", reading.repeats.subList(0, Math.min(reading.repeats.size(), SHOWN)))
                    + (reading.repeats.size() > SHOWN ? ", …" : "") + ")");
        }
        return result;
    }

    /**
     * One record, as a line of a file has it.
     *
     * @throws SpaceException saying what is wrong with it
     */
    public static Candidate parse(String record, List<Space> spaces) {
        try {
            return new Candidates(spaces).candidate(JSON.readTree(record));
        } catch (JsonProcessingException e) {
            throw new SpaceException(said(e), e);
        }
    }

    private void lines(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String place = "line " + (i + 1);
            if (lines.get(i).isBlank()) {
                continue;
            }
            try {
                record(place, JSON.readTree(lines.get(i)));
            } catch (JsonProcessingException e) {
                refuse(place, "expected one JSON record per line: " + brief(e));
            }
        }
    }

    private void array(JsonNode root) {
        if (root.isObject()) {
            record("record 0", root);
        } else if (root.isArray()) {
            for (int i = 0; i < root.size(); i++) {
                record("record " + i, root.get(i));
            }
        } else {
            refuse(
                    "from its beginning",
                    "expected an array of records [{…}, …], got "
                            + (root.isMissingNode() ? "nothing" : root.getNodeType()));
        }
    }

    private List<Candidate> result(Path file) {
        if (!bad.isEmpty()) {
            StringBuilder text = new StringBuilder();
            bad.entrySet().stream().limit(SHOWN).forEach(each -> {
                int more = each.getValue().size() - 1;
                text.append(text.isEmpty() ? "" : "\n")
                        .append(file)
                        .append(": ")
                        .append(each.getValue().get(0))
                        .append(": ")
                        .append(each.getKey())
                        .append(more > 0 ? "; the same goes for " + more + " more" : "");
            });
            if (bad.size() > SHOWN) {
                text.append("\n")
                        .append(file)
                        .append(": … and ")
                        .append(bad.size() - SHOWN)
                        .append(" more");
            }
            throw new SpaceException(text.toString());
        }
        if (good.isEmpty()) {
            throw new SpaceException(file + ": expected at least one candidate, the file holds none");
        }
        return List.copyOf(good.values());
    }

    private void refuse(String place, String why) {
        bad.computeIfAbsent(why, w -> new ArrayList<>()).add(place);
    }

    private void record(String place, JsonNode node) {
        try {
            JsonNode scored = node.path("source").path("choices");
            if (scored.isObject() && (node.has("choices") || node.has("arch"))) {
                throw new SpaceException("a result with choices of its own: take its source.choices for a candidate");
            }
            Candidate candidate = candidate(scored.isObject() ? scored : node);
            candidate.resolve(spaces.get(candidate.space()));
            Candidate before = good.putIfAbsent(candidate.id(), candidate);
            if (before == null) {
                places.put(candidate.id(), place);
            } else if (before.equals(candidate)) {
                repeats.add(place);
            } else {
                throw new SpaceException("id " + candidate.id() + " was used by " + places.get(candidate.id())
                        + " already, for other choices: ids must differ");
            }
        } catch (IllegalArgumentException e) {
            String id = node.path("id").asText("");
            refuse(place + (id.isEmpty() ? "" : " (" + id + ")"), e.getMessage());
        }
    }

    private Candidate candidate(JsonNode node) {
        if (!node.isObject()) {
            throw new SpaceException("expected a record {\"id\":…, \"space\":…, \"choices\":{…}}, got " + node);
        }
        String named = node.path("space").asText("");
        if (named.isEmpty()) {
            throw new SpaceException("no \"space\": expected one of " + Spaces.names(own));
        }
        Space space = spaces.computeIfAbsent(named, name -> Spaces.find(name, own));
        spaces.put(space.name(), space);
        Map<String, Choice> choices = choices(node, space);
        space.check(choices);
        String id = node.hasNonNull("id") ? node.get("id").asText() : space.id(space.index(choices));
        space.checkId(id, choices);
        return new Candidate(id, space.name(), choices);
    }

    private static Map<String, Choice> choices(JsonNode node, Space space) {
        boolean nested = node.has("choices") || node.has("arch");
        if (node.has("choices") && node.path("arch").isObject()) {
            throw new SpaceException("expected \"choices\" or \"arch\", got both: remove one of them");
        }
        JsonNode holder = node.has("choices") ? node.get("choices") : nested ? node.get("arch") : node;
        Map<String, Choice> found = new LinkedHashMap<>();
        for (Dimension dimension : space.dimensions()) {
            if (holder.hasNonNull(dimension.name())) {
                found.put(dimension.name(), choice(dimension.name(), holder.get(dimension.name())));
            }
        }
        Iterator<String> names = holder.fieldNames();
        while (nested
                && names.hasNext()) { // flat records also hold results, so only nested ones are checked for strays
            String name = names.next();
            if (!found.containsKey(name)) {
                found.put(name, choice(name, holder.get(name)));
            }
        }
        return found;
    }

    private static Choice choice(String name, JsonNode node) {
        try {
            return Choice.read(node);
        } catch (IllegalArgumentException e) {
            throw new SpaceException(name + ": " + e.getMessage(), e);
        }
    }

    private static String said(JsonProcessingException e) {
        String line = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
        return line + "expected JSON: " + brief(e);
    }

    private static String brief(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("no reason given");
    }
}
